package durable

import (
	"errors"
	"fmt"
	"math"
	"time"

	"golang.org/x/time/rate"

	"github.com/baton-go/baton/durable/store"
)

// Queue is a queue that a runtime carries runs out of, and how many of them. Limits that are zero are none.
//
// A run takes a place from when it is claimed until it ends or waits. In a queue with Concurrency, Total or PerKey it
// gives its place up as soon as it waits for a timer, an event or a child, for which it is unloaded; when it is to go
// on it waits for a place again, like any other.
type Queue struct {
	// Name is what [WithQueue] says; the empty one is that of all runs which are started without.
	Name string
	// Concurrency is how many runs of the queue this runtime carries out at the same time, besides what
	// Config.MaxConcurrent says of all.
	Concurrency int
	// Rate is how many runs of the queue this runtime claims in a second on average, those that go on after they were
	// unloaded among them, and Burst how many it claims at once if it has claimed none for a while: 1 by default.
	Rate  float64
	Burst int
	// Total is how many runs of the queue all runtimes on the store carry out at the same time. It is kept by the store,
	// which counts leases, so that no two processes exceed it; all runtimes with the queue should say the same. The
	// places of a process that dies are free again within a Config.Lease.
	Total int
	// PerKey bounds in the same way the runs of the queue that have the same key: see [WithQueueKey]. Those without share
	// the empty one.
	PerKey int
	// Fair has the keys take turns: of the runs with the same priority the one comes first of whose key the fewest are
	// under way, and of several such keys the next one after that of the last run which was claimed. So somebody with a
	// hundred thousand runs does not hold up somebody else's one. A PerKey does, too. A claim then costs an entry of an
	// index for each key with runs that wait: keys are thousands, not millions.
	Fair bool
}

// queue is a queue of a runtime's.
type queue struct {
	Queue
	limiter *rate.Limiter // nil: none
	// Under the runtime's lock: how many of its runs are in memory, and the key of the one that was claimed last.
	loaded int
	last   string
}

// scheduleQueue is the queue of the schedules themselves. Every runtime serves it.
const scheduleQueue = reserved + "schedules"

// queuesOf checks the queues of a configuration. There are none if all are served.
func queuesOf(all []Queue) (map[string]*queue, error) {
	if len(all) == 0 {
		return nil, nil
	}
	queues := map[string]*queue{scheduleQueue: {Queue: Queue{Name: scheduleQueue}}}
	for _, q := range all {
		if err := q.check(); err != nil {
			return nil, err
		}
		if queues[q.Name] != nil {
			return nil, fmt.Errorf("the queue %q is there twice", q.Name)
		}
		own := &queue{Queue: q}
		if q.Rate > 0 {
			own.limiter = rate.NewLimiter(rate.Limit(q.Rate), max(1, q.Burst))
		}
		queues[q.Name] = own
	}
	return queues, nil
}

func (q Queue) check() error {
	if q.Name != "" {
		if err := checkOwnName("queue", q.Name); err != nil {
			return err
		}
	}
	for _, f := range []struct {
		name  string
		value int
	}{{"Concurrency", q.Concurrency}, {"Burst", q.Burst}, {"Total", q.Total}, {"PerKey", q.PerKey}} {
		if f.value < 0 {
			return fmt.Errorf("queue %q: %s is negative", q.Name, f.name)
		}
	}
	var err error
	switch {
	case q.Rate < 0 || math.IsNaN(q.Rate) || math.IsInf(q.Rate, 0):
		err = fmt.Errorf("the Rate %v is no number of runs per second", q.Rate)
	case q.Burst > 0 && q.Rate == 0:
		err = errors.New("there is a Burst, but no Rate")
	case q.Name == "" && (q.PerKey > 0 || q.Fair):
		err = errors.New("runs that are in no queue have no keys: give them one by WithQueue")
	}
	if err != nil {
		return fmt.Errorf("queue %q: %w", q.Name, err)
	}
	return nil
}

// scarce tells whether the places of the queue are limited, so that a run which waits gives its own up at once.
func (q *queue) scarce() bool { return q != nil && (q.Concurrency > 0 || q.Total > 0 || q.PerKey > 0) }

// share is what may be claimed of the queue now. If that is nothing because of the rate, soonest says when it is more;
// if it is nothing because no place is free, that is zero. The caller holds the runtime's lock.
func (q *queue) share(now time.Time) (s store.Share, soonest time.Time, ok bool) {
	s = store.Share{Queue: q.Name, Total: q.Total, PerKey: q.PerKey, After: q.last}
	if q.Fair && s.PerKey == 0 {
		s.PerKey = math.MaxInt32
	}
	if q.Concurrency > 0 {
		if s.Max = q.Concurrency - q.loaded; s.Max <= 0 {
			return s, soonest, false
		}
	}
	if q.limiter == nil {
		return s, soonest, true
	}
	tokens := q.limiter.TokensAt(now)
	if tokens < 1 {
		wait := time.Duration(math.Ceil((1 - tokens) / q.Rate * float64(time.Second)))
		return s, now.Add(max(wait, time.Microsecond)), false
	}
	if whole := int(min(tokens, math.MaxInt32)); s.Max == 0 || whole < s.Max {
		s.Max = whole
	}
	return s, soonest, true
}

// shares is what may be claimed of all queues now, and when it becomes more because of a rate. It is false if nothing
// may be claimed. The caller holds the lock.
func (rt *Runtime) shares(now time.Time) (all []store.Share, soonest time.Time, ok bool) {
	if rt.queues == nil {
		return nil, soonest, true
	}
	for _, name := range rt.queueNames {
		s, at, ok := rt.queues[name].share(now)
		switch {
		case ok:
			all = append(all, s)
		case !at.IsZero() && (soonest.IsZero() || at.Before(soonest)):
			soonest = at
		}
	}
	return all, soonest, len(all) > 0
}

// unlimited tells whether runs of a queue that has no name may be carried out besides those that are claimed. Those of
// other queues may have limits that this runtime knows nothing of.
func (rt *Runtime) unlimited(name string) bool {
	q, served := rt.queues[name]
	return name == "" && (rt.queues == nil || served && !q.scarce() && q.limiter == nil)
}

// enter notes that a run of the queue is in memory. The caller holds the lock.
func (q *queue) enter(now time.Time, key string) {
	if q == nil {
		return
	}
	q.loaded++
	q.last = key
	if q.limiter != nil {
		q.limiter.AllowN(now, 1)
	}
}

// exit notes that a run of the queue is in memory no more. The caller holds the lock.
func (q *queue) exit() {
	if q != nil {
		q.loaded--
	}
}

// freed has runs claimed that had to wait for a place in a queue.
func (rt *Runtime) freed(name string) {
	if rt.queues[name].scarce() {
		rt.alarm.at(time.Now())
	}
}
