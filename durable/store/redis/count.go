package redis

import (
	"context"
	"math"
	"strconv"
	"time"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/whole"
)

// Count counts runs: see [store.Counter]. If the query says nothing but statuses that costs next to nothing. Otherwise
// it looks at as many runs as List would.
func (s *Store) Count(ctx context.Context, q store.Query) (map[store.Status]store.Count, error) {
	q.After, q.Newest = store.Cursor{}, false
	q = cloned(q)
	return call(ctx, s, "count", func(ctx context.Context) (map[store.Status]store.Count, error) {
		if len(q.IDs)+len(q.Flows)+len(q.Queues)+len(q.Labels) == 0 && q.Parent == "" && q.Expired.IsZero() {
			return s.countAll(ctx, q.Statuses)
		}
		counts := map[store.Status]store.Count{}
		err := s.visit(ctx, q, true, func(h hit) bool {
			r := reader{id: h.id(), fields: h.fields}
			status, started, finished := r.status(), r.time("started"), r.time("finished")
			if _, ok := h.fields["facts"]; ok { // it was not looked at by a script
				if run, _ := s.unpack(r.id, h.fields); !whole.Matches(&run, q) {
					return true
				}
			}
			c := counts[status]
			c.Runs++
			if !started.IsZero() && !finished.IsZero() {
				c.Took += finished.Sub(started)
			}
			counts[status] = c
			return true
		})
		return counts, err
	})
}

// countAll counts runs by status.
func (s *Store) countAll(ctx context.Context, statuses []store.Status) (map[store.Status]store.Count, error) {
	if len(statuses) == 0 {
		for status := range store.Paused + 1 {
			statuses = append(statuses, status)
		}
	}
	args := make([]any, len(statuses))
	for i, status := range statuses {
		args[i] = ordinal(status)
	}
	reply, err := s.run(ctx, countScript, args...)
	if err != nil {
		return nil, err
	}
	all, err := list(reply, len(statuses))
	if err != nil {
		return nil, err
	}
	counts := map[store.Status]store.Count{}
	for i, status := range statuses {
		one, err := list(all[i], 2)
		if err != nil {
			return nil, err
		}
		n, ok := one[0].(int64)
		if !ok {
			return nil, odd(reply)
		}
		if n == 0 {
			continue
		}
		sum, _ := strconv.ParseInt(text(one[1]), 10, 64)
		const longest = math.MaxInt64 / int64(time.Microsecond)
		sum = min(max(sum, -longest), longest)
		counts[status] = store.Count{Runs: n, Took: time.Duration(sum) * time.Microsecond}
	}
	return counts, nil
}

// ordinal is a status as it is kept.
func ordinal(s store.Status) string { return strconv.Itoa(int(s)) }
