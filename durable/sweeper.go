package durable

import (
	"time"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable/fact"
	"github.com/baton-go/baton/durable/store"
)

// sweeper ends what is past its deadline and blocked, and deletes what has expired: at once, and from time to time.
func (rt *Runtime) sweeper() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	var waiting []string // the queues in which runs wait
	for {
		select {
		case <-timer.C:
		case <-rt.root.Done():
			return
		}
		n, err := 0, rt.endOverdue(rt.root)
		if err == nil {
			n, err = rt.Sweep(rt.root)
		}
		switch {
		case rt.root.Err() != nil:
			return
		case err != nil: // it is tried again, and nothing waits for it
			rt.audience.tellApart(rt.root, &fact.NotDone{Operation: "sweep", Err: err, Level: combinators.LevelWarn})
		default:
			rt.count()
			waiting = rt.measure(waiting)
		}
		if n > 0 {
			rt.audience.tellApart(rt.root, &fact.Swept{Runs: n})
		}
		timer.Reset(rt.config.SweepEvery)
	}
}

// count tells how many runs there are that have not ended, if sinks listen and the store counts by itself.
func (rt *Runtime) count() {
	c, ok := rt.store.(store.Counter)
	if !ok || !rt.audience.listens(rt.root, combinators.LevelOff) {
		return
	}
	counts, err := c.Count(rt.root, store.Query{Statuses: unfinished()})
	if err != nil {
		return // the next claim tells that the store fails
	}
	e := &fact.Counted{Runs: map[store.Status]int64{}}
	for _, s := range unfinished() {
		e.Runs[s] = counts[s].Runs
	}
	rt.audience.tellApart(rt.root, e)
}
