package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/gob"
	"maps"
	"sync"
	"time"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/whole"
)

// Store keeps runs in a map, and every change to them in a file.
type Store struct {
	mu   sync.Mutex
	runs map[string]*whole.Run
	log  *log
}

// changes are copies of the runs that a transaction changes. A run without an ID was deleted.
type changes map[string]*whole.Run

// Open opens the store that is in a file. The file is made if it is not there.
func Open(name string) (*Store, error) {
	s := &Store{runs: map[string]*whole.Run{}}
	log, err := openLog(name, s.apply)
	s.log = log
	return s, err
}

// Close closes the file.
func (s *Store) Close() error { return s.log.file.Close() }

// change makes a transaction: f changes copies, which replace the runs once they are in the file.
func (s *Store) change(ctx context.Context, f func(c changes, now time.Time)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := changes{}
	f(c, time.Now())
	var b bytes.Buffer
	if err := cmp.Or(ctx.Err(), gob.NewEncoder(&b).Encode(c)); err != nil || len(c) == 0 {
		return err
	}
	if err := s.log.append(b.Bytes()); err != nil {
		return err
	}
	return s.apply(b.Bytes())
}

// apply makes changes as they are in the file. So nothing that the store keeps is anybody else's.
func (s *Store) apply(data []byte) error {
	var c changes
	err := gob.NewDecoder(bytes.NewReader(data)).Decode(&c)
	maps.Copy(s.runs, c)
	maps.DeleteFunc(s.runs, func(_ string, r *whole.Run) bool { return r.Run.ID == "" })
	return err
}

// get returns the copy of a run that is to be changed, or nil if there is none.
func (s *Store) get(c changes, id string) *whole.Run {
	if c[id] == nil && s.runs[id] != nil {
		c[id] = clone(s.runs[id])
	}
	return c[id]
}

func clone[T any](v *T) *T {
	var b bytes.Buffer
	var c T
	if err := cmp.Or(gob.NewEncoder(&b).Encode(v), gob.NewDecoder(&b).Decode(&c)); err != nil {
		panic(err) // there is nothing in a run that gob does not know
	}
	return &c
}

// Create is part of the contract, as is all that follows.
func (s *Store) Create(ctx context.Context, runs []store.Run) (created []store.Created, err error) {
	err = s.change(ctx, func(c changes, _ time.Time) {
		for _, run := range runs {
			r := s.get(c, run.ID)
			isNew := r == nil
			if isNew {
				r = whole.New(run)
				c[run.ID] = r
			}
			created = append(created, store.Created{Run: *clone(&r.Run), New: isNew})
		}
	})
	return created, err
}

// Claim looks at all runs.
func (s *Store) Claim(ctx context.Context, claim store.Claim) (claimed store.Claimed, err error) {
	err = s.change(ctx, func(c changes, now time.Time) {
		due, next := whole.Due(maps.Values(s.runs), claim, now)
		for _, r := range due {
			r = s.get(c, r.Run.ID)
			r.Claim(claim, now)
			claimed.Runs = append(claimed.Runs, r.History)
		}
		claimed.Next = next
	})
	return claimed, err
}

// Renew looks at all runs.
func (s *Store) Renew(ctx context.Context, owner string, lease time.Duration) (held []store.Held, err error) {
	err = s.change(ctx, func(c changes, now time.Time) {
		for id, r := range s.runs {
			if r.Run.Owner == owner {
				h, _ := s.get(c, id).Renew(owner, lease, now)
				held = append(held, h)
			}
		}
	})
	return held, err
}

// Commit writes whole runs, of which a write changes a part.
func (s *Store) Commit(ctx context.Context, writes []store.Write) (errs []error, err error) {
	err = s.change(ctx, func(c changes, now time.Time) {
		for _, w := range writes {
			err := store.ErrNotFound
			if r := s.get(c, w.Run); r != nil {
				err = r.Write(w, now)
			}
			if err == nil {
				s.deliver(c, w.Send, now)
			}
			errs = append(errs, err)
		}
	})
	return errs, err
}

// Send writes whole runs as well.
func (s *Store) Send(ctx context.Context, messages []store.Message) (errs []error, err error) {
	err = s.change(ctx, func(c changes, now time.Time) { errs = s.deliver(c, messages, now) })
	return errs, err
}

func (s *Store) deliver(c changes, messages []store.Message, now time.Time) (errs []error) {
	for _, m := range messages {
		err := store.ErrNotFound
		if r := s.get(c, m.Run); r != nil {
			err = r.Send(m, now)
		}
		errs = append(errs, err)
	}
	return errs
}

// Load copies what it returns, as List does.
func (s *Store) Load(ctx context.Context, id string, from store.Mark) (store.History, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.runs[id] == nil {
		return store.History{}, store.ErrNotFound
	}
	h := s.runs[id].From(from)
	return *clone(&h), ctx.Err()
}

// List looks at all runs.
func (s *Store) List(ctx context.Context, q store.Query) (runs []store.Run, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range whole.Find(maps.Values(s.runs), q) {
		runs = append(runs, *clone(&r.Run))
	}
	return runs, ctx.Err()
}

// Delete puts runs without an ID in the place of those that it deletes.
func (s *Store) Delete(ctx context.Context, ids []string) (n int, err error) {
	err = s.change(ctx, func(c changes, _ time.Time) {
		for _, id := range ids {
			if r := s.get(c, id); r != nil && r.Run.Status.Finished() {
				c[id] = &whole.Run{}
				n++
			}
		}
	})
	return n, err
}
