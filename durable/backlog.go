package durable

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// Backlog is what waits in a queue for a runtime to carry it out: the runs that are due, and that nobody has.
type Backlog struct {
	// Queue is the name; the empty one is that of all runs that are in no other queue.
	Queue string
	// Runs is how many wait, and Oldest since when the first of them does.
	Runs   int64
	Oldest time.Time
}

// Latency is for how long the first of the runs has waited.
func (b Backlog) Latency() time.Duration { return max(0, time.Since(b.Oldest)) }

// Backlogs measures the queues in which runs wait, in the order of their names. One that nobody serves grows here; one
// that is served too slowly gets older. A store that is a [store.Gauge] reads an entry of an index for each run that
// waits; any other one lists the runs that have not finished.
func (c *Client) Backlogs(ctx context.Context) ([]Backlog, error) {
	if err := c.ready(ctx); err != nil {
		return nil, fmt.Errorf("measure queues: %w", err)
	}
	all, err := backlogs(ctx, c.store, nil, 0)
	if err != nil {
		return nil, fmt.Errorf("measure queues: %w", err)
	}
	var own []Backlog
	for _, b := range all {
		if !strings.HasPrefix(b.Queue, reserved) {
			own = append(own, Backlog{b.Queue, b.Runs, b.Oldest})
		}
	}
	return own, nil
}

// backlogs asks a store that is a Gauge, or does what such a store would.
func backlogs(ctx context.Context, s store.Store, queues []string, most int) ([]store.Backlog, error) {
	if g, ok := s.(store.Gauge); ok {
		return g.Backlogs(ctx, queues, most)
	}
	q := store.Query{
		Queues: queues, Limit: listPage,
		Statuses: []store.Status{store.Pending, store.Running, store.Waiting, store.Blocked, store.Paused},
	}
	found := map[string]store.Backlog{}
	for {
		page, err := s.List(ctx, q)
		if err != nil {
			return nil, err
		}
		now := time.Now()
		for _, r := range page {
			q.After = store.Cursor{Created: r.Created, ID: r.ID}
			b := found[r.Queue]
			if r.Owner != "" || r.Due.IsZero() || r.Due.After(now) || most > 0 && b.Runs >= int64(most) {
				continue
			}
			if b.Runs++; b.Runs == 1 || r.Due.Before(b.Oldest) {
				b.Oldest = r.Due
			}
			b.Queue = r.Queue
			found[r.Queue] = b
		}
		if len(page) < q.Limit || len(queues) == 1 && most > 0 && found[queues[0]].Runs >= int64(most) {
			break
		}
	}
	var all []store.Backlog
	for _, name := range slices.Sorted(maps.Keys(found)) {
		all = append(all, found[name])
	}
	return all, nil
}
