package durable

import (
	"context"
	"math"
	"sync"

	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
)

// maxLooks is how many runs are looked at in the store at the same time.
const maxLooks = 8

// looks holds the runs in memory of which the store may have news.
type looks struct {
	mu      sync.Mutex
	queue   []*loaded
	queued  map[*loaded]bool
	workers int
}

// look has somebody ask the store what is new about a run.
func (rt *Runtime) look(l *loaded) {
	q := &rt.looks
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.queued[l] {
		return
	}
	if q.queued == nil {
		q.queued = map[*loaded]bool{}
	}
	q.queued[l] = true
	q.queue = append(q.queue, l)
	if q.workers < maxLooks && rt.spawn(rt.lookAround) {
		q.workers++
	}
}

// lookAround looks after runs until there are none to be looked after.
func (rt *Runtime) lookAround() {
	for {
		l := rt.looks.next()
		if l == nil {
			return
		}
		rt.lookAfter(l)
	}
}

func (q *looks) next() *loaded {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.queue) == 0 {
		q.queue = nil
		q.workers--
		return nil
	}
	l := q.queue[0]
	q.queue[0] = nil
	q.queue = q.queue[1:]
	delete(q.queued, l) // what changes from now on is news again
	return l
}

// lookAfter gives a run the events that came, and finds out whether it is to be cancelled, or was lost.
func (rt *Runtime) lookAfter(l *loaded) {
	j := l.listening()
	if j == nil {
		return
	}
	var h store.History
	err := rt.outage.insist(l.life, "load", func() (err error) {
		h, err = rt.store.Load(l.life, l.id, store.Mark{Records: math.MaxInt64, Messages: j.Seen()})
		return err
	})
	if err != nil {
		l.stop(err)
		return
	}
	l.saw(h.Run)
	j.Deliver(h.Messages...)
	if l.journal.Load() != j {
		rt.look(l) // it has continued as new, and perhaps without what came meanwhile
	}
}

// listening returns the journal that takes events. Without one yet, the run is looked after once it has one.
func (l *loaded) listening() *journal.Journal {
	l.mu.Lock()
	defer l.mu.Unlock()
	j := l.journal.Load()
	l.lookLater = j == nil
	return j
}

// listens makes j the journal of the run.
func (l *loaded) listens(j *journal.Journal) {
	l.mu.Lock()
	l.journal.Store(j)
	draining, look := l.draining, l.lookLater
	l.lookLater = false
	l.mu.Unlock()
	switch {
	case l.life.Err() != nil:
		j.Kill(context.Cause(l.life))
	case draining:
		j.Drain()
	case look:
		l.rt.look(l)
	}
}

// uncalledFor is why the run is not to be carried out after all, or nil.
func (l *loaded) uncalledFor() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.life.Err() != nil:
		return context.Cause(l.life)
	case l.draining:
		return journal.ErrUnloaded
	}
	return nil
}
