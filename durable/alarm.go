package durable

import (
	"sync"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// alarm wakes the goroutine that claims runs, and remembers when it has reason to look.
type alarm struct {
	wake chan struct{} // holds one signal

	mu  sync.Mutex
	due time.Time // when the first run that is known of becomes due; zero if none is
}

// at has the alarm know of a run that becomes due.
func (a *alarm) at(t time.Time) {
	a.mu.Lock()
	sooner := a.due.IsZero() || t.Before(a.due)
	if sooner {
		a.due = t
	}
	a.mu.Unlock()
	if sooner {
		a.ring()
	}
}

// ring wakes the goroutine.
func (a *alarm) ring() {
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// next is when the first run becomes due, or zero.
func (a *alarm) next() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.due
}

// forget begins anew: what was known is about to be asked for.
func (a *alarm) forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.due = time.Time{}
}

// notice is told of every change in the store. A run whose last write is under way is not looked after: mostly that
// write is what is told of, and if it comes too late it is refused, or the store makes the run due. A run that is only
// claimed because of this comes with what is new.
func (rt *Runtime) notice(n store.Notice) {
	rt.mu.Lock()
	l := rt.runs[n.Run]
	if l == nil && rt.claiming {
		rt.missed[n.Run] = append(rt.missed[n.Run], n)
	}
	look := l != nil && !l.leaving && l.concerns(n)
	rt.mu.Unlock()
	if look {
		rt.look(l)
	}
	if !n.Due.IsZero() {
		rt.alarm.at(n.Due)
	}
	if n.Freed {
		rt.freed(n.Queue)
	}
	if len(rt.names) > 0 && (n.Run == "" || n.Status == store.Blocked) {
		rt.misfits.hear(n)
	}
}

// concerns tells whether a change is one that the run in memory does not know of. That it was created, which is at
// revision 0, whoever claimed it knows.
func (l *loaded) concerns(n store.Notice) bool {
	return n.Sent || n.Revision == 0 && n.Status != store.Pending || n.Revision > l.revision.Load()
}
