package memory

import (
	"context"
	"slices"

	"github.com/baton-go/baton/durable/store"
)

// List returns the runs that a query describes: see [store.Store]. With IDs or a Parent only those runs are looked at.
// Otherwise all are, a few thousand at a time, between which others may write.
func (s *Store) List(ctx context.Context, q store.Query) ([]store.Run, error) {
	limit := q.Limit
	if limit <= 0 {
		limit = store.DefaultLimit
	}
	var runs []store.Run
	err := s.visit(ctx, q, func(r *row) bool {
		runs = append(runs, r.run())
		return len(runs) < limit
	})
	if err != nil {
		return nil, err
	}
	return runs, nil
}

// Count counts the runs that a query describes: see [store.Counter]. It looks at as many as List does.
func (s *Store) Count(ctx context.Context, q store.Query) (map[store.Status]store.Count, error) {
	q.After, q.Newest = store.Cursor{}, false
	counts := map[store.Status]store.Count{}
	err := s.visit(ctx, q, func(r *row) bool {
		c := counts[r.status]
		c.Runs++
		if finished := r.rare().finished; r.started != 0 && finished != 0 {
			c.Took += finished.sub(r.started)
		}
		counts[r.status] = c
		return true
	})
	if err != nil {
		return nil, err
	}
	return counts, nil
}

// glance is how many runs are looked at before others get their turn.
const glance = 4096

// visit calls f with the runs that a query describes, in order, until it returns false.
func (s *Store) visit(ctx context.Context, q store.Query, f func(*row) bool) error {
	at := cursorOf(q.After)
	for more := true; more; {
		if err := s.lock(ctx); err != nil {
			return err
		}
		at, more = s.glance(q, at, f)
		s.mu.Unlock()
	}
	return nil
}

// glance looks at some of the runs beyond the cursor, and returns the cursor beyond which to go on. It does not stop
// between runs that are at one place, of which all but one were removed.
func (s *Store) glance(q store.Query, at cursor, f func(*row) bool) (_ cursor, more bool) {
	rows := at.beyond(s.candidates(q), q.Newest)
	for seen := range rows {
		r := rows[seen]
		if q.Newest {
			r = rows[len(rows)-1-seen]
		}
		next := cursor{r.created, r.id}
		if seen >= glance && next != at {
			return at, true
		}
		if !r.removed && r.matches(q) && !f(r) {
			return at, false
		}
		at = next
	}
	return at, false
}

// candidates returns sorted runs among which are all that the query describes.
func (s *Store) candidates(q store.Query) []*row {
	switch {
	case len(q.IDs) > 0:
		var rows []*row
		for _, id := range q.IDs {
			if r := s.runs[id]; r != nil {
				rows = append(rows, r)
			}
		}
		slices.SortFunc(rows, compareRows)
		return slices.Compact(rows)
	case q.Parent != "":
		if children := s.children[q.Parent]; children != nil {
			return children.sorted()
		}
		return nil
	}
	return s.order.sorted()
}

func (r *row) matches(q store.Query) bool {
	o := r.rare()
	switch {
	case len(q.Statuses) > 0 && !slices.Contains(q.Statuses, r.status),
		len(q.Flows) > 0 && !slices.Contains(q.Flows, r.lane.flow),
		len(q.Queues) > 0 && !slices.Contains(q.Queues, r.lane.queue),
		q.Parent != "" && q.Parent != o.parent,
		!q.Expired.IsZero() && (o.expires == 0 || o.expires > momentOf(q.Expired)):
		return false
	}
	for name, value := range q.Labels {
		if found, ok := r.labels[name]; !ok || found != value {
			return false
		}
	}
	return true
}
