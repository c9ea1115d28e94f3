package file

import (
	"context"
	"iter"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/whole"
)

// Load returns a run with its history: see [store.Store].
func (s *Store) Load(ctx context.Context, id string, from store.Mark) (store.History, error) {
	leave, err := s.look(ctx)
	if err != nil {
		return store.History{}, err
	}
	defer leave()
	r := s.runs[id]
	if r == nil {
		return store.History{}, store.ErrNotFound
	}
	var h store.History
	if r.known && r.damage == "" && (len(r.filed) == 0 || r.filed[len(r.filed)-1] < from.Records) {
		h = r.copied() // what is in the file is not wanted
	} else if h, err = s.history(r); err != nil {
		return store.History{}, s.fail("load", err)
	}
	all := whole.Run{History: h}
	return all.From(from), nil
}

// List returns the runs that a query describes: see [store.Store]. It looks at all runs, unless the query has IDs.
func (s *Store) List(ctx context.Context, q store.Query) ([]store.Run, error) {
	leave, err := s.look(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	if q.Limit < 0 {
		q.Limit = 0
	}
	var runs []store.Run
	for _, r := range whole.Find(s.candidates(q), q) {
		runs = append(runs, cloneRun(&r.Run))
	}
	return runs, nil
}

// Count counts the runs that a query describes: see [store.Counter]. It looks at as many as List does.
func (s *Store) Count(ctx context.Context, q store.Query) (map[store.Status]store.Count, error) {
	leave, err := s.look(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	counts := map[store.Status]store.Count{}
	for r := range s.candidates(q) {
		if !whole.Matches(&r.Run, q) {
			continue
		}
		c := counts[r.Run.Status]
		c.Runs++
		if !r.Run.Started.IsZero() && !r.Run.Finished.IsZero() {
			c.Took += r.Run.Finished.Sub(r.Run.Started)
		}
		counts[r.Run.Status] = c
	}
	return counts, nil
}

// candidates are runs among which are all that the query describes.
func (s *Store) candidates(q store.Query) iter.Seq[*whole.Run] {
	return func(yield func(*whole.Run) bool) {
		if len(q.IDs) == 0 {
			for _, r := range s.runs {
				if !yield(&r.Run) {
					return
				}
			}
			return
		}
		seen := map[string]bool{}
		for _, id := range q.IDs {
			if r := s.runs[id]; r != nil && !seen[id] && !yield(&r.Run) {
				return
			}
			seen[id] = true
		}
	}
}
