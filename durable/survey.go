package durable

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/baton-go/baton/durable/fact"
	"github.com/baton-go/baton/durable/store"
)

// surveyEvery is how often the runtime looks for runs that nobody here carries out.
const surveyEvery = time.Hour

// surveyed is how many runs it looks at, at most, to find the flows that it does not know.
const surveyed = 10_000

// unfinished are the statuses of runs that have not ended.
func unfinished() []store.Status {
	return []store.Status{store.Pending, store.Running, store.Waiting, store.Blocked, store.Paused}
}

// survey says from time to time of which flows there are runs that are not known, and ends those of them that are past
// their deadline. If the store kept Open from having
// another try at blocked runs, that comes first.
func (rt *Runtime) survey(blocked bool) {
	if blocked {
		_ = rt.outage.insist(rt.root, "unblock", func() error { return rt.unblock(rt.root) })
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-rt.root.Done():
			return
		}
		if unknown, all, err := rt.unknown(rt.root); err == nil && len(unknown) > 0 {
			rt.audience.tell(rt.root, &fact.Unknown{Runs: unknown, All: all})
		}
		timer.Reset(surveyEvery)
	}
}

// unblock makes the blocked runs of the runtime's flows due: the code may be another one now. If a process has died
// during a trial, it is that which has the runtime opened again, and those that are blocked because of trials stay so:
// or else two of them could have each other tried for ever.
func (rt *Runtime) unblock(ctx context.Context) error {
	if len(rt.names) == 0 {
		return nil
	}
	q := store.Query{Statuses: []store.Status{store.Blocked}, Flows: rt.names, Queues: rt.queueNames}
	for {
		page, err := rt.store.List(ctx, q)
		if err != nil || len(page) == 0 {
			return err
		}
		q.After = cursorOf(page)
		guilty := func(r store.Run) bool { return r.Trials >= maxTrials }
		if slices.ContainsFunc(page, guilty) {
			died, err := rt.diedOnTrial(ctx)
			if err != nil {
				return err
			}
			if died {
				page = slices.DeleteFunc(page, guilty)
			}
		}
		writes := make([]store.Write, 0, len(page))
		for _, r := range page {
			s := r.State
			spare(&s)
			s.Status, s.Due, s.Reason = store.Waiting, exact(time.Now()), ""
			writes = append(writes, store.Write{Run: r.ID, State: &s, Revision: r.Revision})
		}
		if err := rt.commitAll(ctx, page, writes); err != nil {
			return err
		}
	}
}

// diedOnTrial tells whether a process has died while a run was on trial, or has one on trial now.
func (rt *Runtime) diedOnTrial(ctx context.Context) (bool, error) {
	q := store.Query{Statuses: []store.Status{store.Running}, Flows: rt.names}
	for {
		page, err := rt.store.List(ctx, q)
		if err != nil || len(page) == 0 {
			return false, err
		}
		if slices.ContainsFunc(page, func(r store.Run) bool { return r.Trials > 0 }) {
			return true, nil
		}
		q.After = cursorOf(page)
	}
}

// cursorOf is the place behind a page.
func cursorOf(page []store.Run) store.Cursor {
	last := page[len(page)-1]
	return store.Cursor{Created: last.Created, ID: last.ID}
}

// unknown counts the runs that have not ended of flows that the runtime does not know, by flow. all is false if there
// may be more.
func (rt *Runtime) unknown(ctx context.Context) (runs map[string]int, all bool, err error) {
	left := int64(surveyed)
	if c, ok := rt.store.(store.Counter); ok {
		if left, err = rt.countUnknown(ctx, c); err != nil || left == 0 {
			return nil, err == nil, err
		}
	}
	runs = map[string]int{}
	q := store.Query{Statuses: unfinished(), Limit: 500}
	for seen := 0; left > 0 && seen < surveyed; {
		page, err := rt.store.List(ctx, q)
		if err != nil {
			return nil, false, err
		}
		if len(page) == 0 {
			return runs, true, nil
		}
		for _, r := range page {
			if rt.flows[r.Flow] == nil {
				runs[r.Flow]++
				left--
				if err := rt.endUnknown(ctx, r); err != nil {
					return nil, false, err
				}
			}
		}
		seen += len(page)
		q.After = cursorOf(page)
	}
	return runs, left <= 0, nil
}

// countUnknown counts the same without looking at the runs.
func (rt *Runtime) countUnknown(ctx context.Context, c store.Counter) (int64, error) {
	of := func(flows []string) (n int64, err error) {
		counts, err := c.Count(ctx, store.Query{Statuses: unfinished(), Flows: flows})
		for _, count := range slices.Collect(maps.Values(counts)) {
			n += count.Runs
		}
		return n, err
	}
	all, err := of(nil)
	if err != nil || len(rt.names) == 0 {
		return all, err
	}
	known, err := of(rt.names)
	return max(0, all-known), err
}
