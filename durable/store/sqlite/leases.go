package sqlite

import (
	"context"
	"sync"
	"sync/atomic"
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
	// doubtful says that a commit failed that may have been made: the rows must be asked.
	doubtful atomic.Bool

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

// settle makes the changes that a transaction brought, if it was committed.
func (s *Store) settle(e *effects, err error) {
	if len(e.begun) == 0 && len(e.ended) == 0 {
		return
	}
	if err != nil {
		s.leases.doubtful.Store(true)
		return
	}
	l := &s.leases
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

// recollect asks the rows for the leases, if they are doubtful. Those of which nobody was told end at once. It is used
// within the gate.
func (s *Store) recollect(c *conn) error {
	l := &s.leases
	if !l.doubtful.Load() {
		return nil
	}
	all := map[string]lease{}
	now := time.Now()
	err := c.each(context.Background(), "SELECT id, run, owner, flow FROM baton_runs WHERE owner <> ''",
		func(r *row) error {
			v := lease{
				id: r.int(0), run: r.text(1), owner: r.text(2), flow: r.text(3), until: now,
			}
			if known, ok := l.get(v.run); ok && known.owner == v.owner {
				v.until = known.until
			}
			all[v.run] = v
			return nil
		})
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.byRun = all
	l.doubtful.Store(false)
	return nil
}
