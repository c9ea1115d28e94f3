package redis

import (
	"context"
	"slices"

	"github.com/baton-go/baton/durable/store"
)

// walk goes through indexes side by side, in the order of all runs, a page at a time.
type walk struct {
	s               *Store
	q               store.Query
	indexes, others []string
	counting        bool // only what Count needs is wanted of each run

	behind string // the place behind which the next page begins, or "" at the beginning
	ended  bool
}

// hit is a run that meets the conditions at which a script can look.
type hit struct {
	place  string
	fields map[string]string
}

func (h hit) id() string { return h.place[digits:] }

// How many runs a script looks at.
const (
	glance      = 1000
	leastGlance = 10 // in each index
)

// page returns the next of them.
func (w *walk) page(ctx context.Context) ([]hit, error) {
	looks := max(leastGlance, glance/len(w.indexes))
	wanted := looks
	if !w.counting {
		wanted = min(looks, w.q.Limit)
	}
	reply, err := w.s.run(ctx, pageScript, w.args(looks, wanted)...)
	if err != nil {
		return nil, err
	}
	pages, err := list(reply, len(w.indexes))
	if err != nil {
		return nil, err
	}
	// What is behind the end of a page of an index that goes on is for the next page, whichever index it is in.
	var hits []hit
	w.ended = true
	end := ""
	for _, p := range pages {
		page, err := list(p, 3)
		if err != nil {
			return nil, err
		}
		if last := text(page[1]); page[0] != int64(1) && (w.ended || order(w.q, last, end) < 0) {
			w.ended, end = false, last
		}
		found, err := list(page[2], 0)
		if err != nil {
			return nil, err
		}
		for _, one := range found {
			h, err := hitOf(one)
			if err != nil {
				return nil, err
			}
			hits = append(hits, h)
		}
	}
	w.behind = end
	if !w.ended {
		hits = slices.DeleteFunc(hits, func(h hit) bool { return order(w.q, h.place, end) > 0 })
	}
	slices.SortFunc(hits, func(a, b hit) int { return order(w.q, a.place, b.place) })
	return hits, nil
}

func hitOf(reply any) (h hit, err error) {
	one, err := list(reply, 2)
	if err != nil {
		return h, err
	}
	h.place = text(one[0])
	h.fields, err = fieldsOf(one[1])
	if len(h.place) < digits {
		return h, odd(reply)
	}
	return h, err
}

// args are the arguments of the script.
func (w *walk) args(looks, wanted int) []any {
	newest, counting := 0, 0
	if w.q.Newest {
		newest = 1
	}
	if w.counting {
		counting = 1
	}
	statuses := make([]string, len(w.q.Statuses))
	for i, status := range w.q.Statuses {
		statuses[i] = ordinal(status)
	}
	args := []any{newest, w.behind, looks, wanted, stamp(w.q.Expired), counting}
	for _, all := range [][]string{statuses, w.q.Flows, w.q.Queues, w.others, w.indexes} {
		args = append(args, len(all))
		for _, one := range all {
			args = append(args, one)
		}
	}
	return args
}
