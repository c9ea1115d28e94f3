package sqlite

import (
	"sync"
	"time"
)

// lease is what is known about the lease of a run besides what its row says.
type lease struct {
	id    int64
	run   string
	owner string
	flow  string
	until time.Time // by the monotonic clock
}

// leases are all that there are. They are changed once the change of the rows is committed, within the gate; only when
// they end is not in the rows.
type leases struct {
	mu    sync.RWMutex
	byRun map[string]lease
}

// get returns the lease of a run.
func (l *leases) get(run string) (lease, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	v, ok := l.byRun[run]
	return v, ok
}

// settle makes the changes that a transaction brought.
func (l *leases) settle(e *effects) {
	if len(e.begun) == 0 && len(e.ended) == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, run := range e.ended {
		delete(l.byRun, run)
	}
	for _, v := range e.begun {
		l.byRun[v.run] = v
	}
}

// renew lets the leases of the owner last until then.
func (l *leases) renew(owner string, until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for run, v := range l.byRun {
		if v.owner == owner {
			v.until = until
			l.byRun[run] = v
		}
	}
}

// over returns the leases of runs of the flows that have run out, and when the next one of another owner will.
func (l *leases) over(now time.Time, owner string, flows map[string]bool) (over []lease, next time.Time) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, v := range l.byRun {
		switch {
		case !flows[v.flow]:
		case !v.until.After(now):
			over = append(over, v)
		case v.owner != owner && (next.IsZero() || v.until.Before(next)):
			next = v.until
		}
	}
	return over, wall(next)
}
