package sqlite

import (
	"context"
	"errors"
	"time"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/shares"
)

// Claim leases runs that are due: see [store.Store]. It looks for them, and loads their histories, without holding up
// those who write; then one short transaction takes those that nobody has touched meanwhile.
func (s *Store) Claim(ctx context.Context, c store.Claim) (store.Claimed, error) {
	if c.Max <= 0 {
		return store.Claimed{}, nil
	}
	if err := s.claims.take(ctx); err != nil {
		return store.Claimed{}, s.fail("claim", err)
	}
	defer s.claims.give()
	if s.leases.doubtful.Load() {
		if err := s.locked(ctx, func(*conn) error { return nil }); err != nil {
			return store.Claimed{}, s.fail("claim", err)
		}
	}
	claimed, err := s.claim(ctx, c)
	if err != nil {
		return store.Claimed{}, s.fail("claim", err)
	}
	return claimed, nil
}

func (s *Store) claim(ctx context.Context, c store.Claim) (store.Claimed, error) {
	for {
		var seen candidates
		err := s.read(ctx, func(k *conn) (err error) {
			seen, err = s.candidates(ctx, k, c)
			return err
		})
		if err != nil {
			return store.Claimed{}, err
		}
		if err := s.block(ctx, seen.spoilt); err != nil {
			return store.Claimed{}, err
		}
		claimed := store.Claimed{Next: seen.next}
		if len(seen.runs) == 0 {
			return claimed, nil
		}
		if claimed.Runs, err = s.take(ctx, c, seen.runs); err != nil {
			return store.Claimed{}, err
		}
		if len(claimed.Runs) == len(seen.runs) {
			return claimed, nil
		}
		// Some were changed between the look and the transaction, but may still be due.
		claimed.Next = now()
		if len(claimed.Runs) > 0 {
			return claimed, nil
		}
	}
}

// take leases the runs that are as they were seen.
func (s *Store) take(ctx context.Context, c store.Claim, seen []candidate) (taken []store.History, err error) {
	const update = `UPDATE baton_runs SET status = 2, due = NULL, started = ?, owner = ?, epoch = epoch + 1,
		revision = revision + 1, settled = ?
		WHERE id = ? AND run = ? AND revision = ? AND seq = ? AND owner = ? AND epoch = ?`
	err = s.write(ctx, func(w *work) error {
		taken = make([]store.History, 0, len(seen))
		until := time.Now().Add(c.Lease)
		for i := range seen {
			if err := alive(ctx); err != nil {
				return err
			}
			h := seen[i].history
			if h.Run.Owner != "" {
				// Until now the owner of a lease that has run out could go on appending.
				now, err := s.candidate(context.WithoutCancel(ctx), w.conn, seen[i].id)
				if errors.Is(err, store.ErrCorrupt) {
					continue // the next claim will see it
				}
				if err != nil {
					return err
				}
				if now.history.Run.Lease != h.Run.Lease {
					continue
				}
				h, seen[i].seq = now.history, now.seq
				if err := w.settleOwned(h.Run.ID); err != nil {
					return err
				}
			}
			r := h.Run
			if r.Started.IsZero() {
				r.Started = w.now
			}
			n, err := w.exec(update, micros(r.Started), c.Owner, s.leases.last, seen[i].id, r.ID, r.Revision,
				seen[i].seq, r.Owner, r.Epoch)
			if err != nil {
				return err
			}
			if n == 0 {
				continue
			}
			r.Status, r.Due, r.Owner = store.Running, wall(until), c.Owner
			r.Epoch++
			r.Revision++
			h.Run = r
			taken = append(taken, h)
			w.begun = append(w.begun, &lease{
				id: seen[i].id, run: r.ID, owner: c.Owner, epoch: r.Epoch, flow: r.Flow, until: until,
				slot:  shares.Slot{Queue: r.Queue, Key: r.Key},
				floor: s.leases.last, top: last(h.Records), newest: -1,
			})
			w.tell(store.Notice{Run: r.ID, Status: store.Running, Revision: r.Revision})
		}
		return nil
	})
	return taken, err
}

// last is the number of the last record, or -1.
func last(all []store.Record) int64 {
	if len(all) == 0 {
		return -1
	}
	return all[len(all)-1].N
}
