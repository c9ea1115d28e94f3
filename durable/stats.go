package durable

import (
	"context"
	"fmt"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// Stats counts runs.
type Stats struct {
	Total                        int64
	Pending, Running, Waiting    int64
	Completed, Failed, Cancelled int64
	Blocked, Paused              int64
	// Average is how long those that completed took on average, from when they were first carried out.
	Average time.Duration
}

// Stats counts the runs that a filter describes, of which Newest, After and Limit do not count. A store that is
// a [store.Counter] does so itself, unless the filter has a text or a time.
func (c *Client) Stats(ctx context.Context, f Filter) (Stats, error) {
	f.Newest, f.After, f.Limit = false, "", 0
	counts, err := c.count(ctx, f)
	if err != nil {
		return Stats{}, fmt.Errorf("count runs: %w", err)
	}
	s := Stats{
		Pending: counts[Pending].Runs, Running: counts[Running].Runs, Waiting: counts[Waiting].Runs,
		Completed: counts[Completed].Runs, Failed: counts[Failed].Runs, Cancelled: counts[Cancelled].Runs,
		Blocked: counts[Blocked].Runs, Paused: counts[Paused].Runs,
	}
	for _, n := range counts {
		s.Total += n.Runs
	}
	if s.Completed > 0 {
		s.Average = counts[Completed].Took / time.Duration(s.Completed)
	}
	return s, nil
}

func (c *Client) count(ctx context.Context, f Filter) (map[Status]store.Count, error) {
	if err := c.ready(ctx); err != nil {
		return nil, err
	}
	counter, ok := c.store.(store.Counter)
	if ok && f.Text == "" && f.CreatedFrom.IsZero() && f.CreatedBefore.IsZero() {
		q, err := f.query()
		if err != nil {
			return nil, err
		}
		return counter.Count(ctx, q)
	}
	counts := map[Status]store.Count{}
	for r, err := range c.rows(ctx, f) {
		if err != nil {
			return nil, err
		}
		m := c.metadata(r)
		if !f.hasText(m) {
			continue
		}
		n := counts[r.Status]
		n.Runs++
		n.Took += m.Duration()
		counts[r.Status] = n
	}
	return counts, nil
}
