package durable

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable/fact"
	"github.com/baton-go/baton/durable/store"
)

// measure tells what waits in queues, if sinks listen and the store measures by itself. It is given the names of those
// in which runs waited the last time, and returns those in which they do now.
func (rt *Runtime) measure(before []string) (waiting []string) {
	g, ok := rt.store.(store.Gauge)
	if !ok || !rt.audience.listens(rt.root, combinators.LevelOff) {
		return nil
	}
	all, err := g.Backlogs(rt.root, nil, 0)
	if err != nil {
		return before // the next claim tells that the store fails
	}
	all = slices.DeleteFunc(all, func(b store.Backlog) bool { return strings.HasPrefix(b.Queue, reserved) })
	for _, b := range all {
		waiting = append(waiting, b.Queue)
	}
	for _, name := range slices.Concat(before, rt.queueNames) {
		known := slices.ContainsFunc(all, func(b store.Backlog) bool { return b.Queue == name })
		if !known && !strings.HasPrefix(name, reserved) {
			all = append(all, store.Backlog{Queue: name})
		}
	}
	slices.SortFunc(all, func(a, b store.Backlog) int { return cmp.Compare(a.Queue, b.Queue) })
	rt.audience.tellApart(rt.root, &fact.Measured{At: time.Now(), Queues: all})
	return waiting
}
