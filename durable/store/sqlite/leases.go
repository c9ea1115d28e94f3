package sqlite

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/shares"
)

// lease is what is known about the lease of a run: what its row says, and what no row says.
type lease struct {
	id    int64
	run   string
	owner string
	epoch int64
	flow  string
	slot  shares.Slot
	until time.Time // by the monotonic clock

	// What the tail has of the run, in the order of its rows. There may be entries that are settled, but all after the
	// row floor are there.
	entries []entry
	floor   int64
	// The rest is used within the gate only. No record in a chunk has a number greater than top, and none in the tail
	// one that is greater than newest. A stale lease may have entries that are settled.
	top, newest int64
	stale       bool
}

// leases are all that there are, with what the tail has of them. They are changed once the change of the rows is
// committed, within the gate; so a lease that is here is one in the rows, and whoever is in the gate needs not ask.
// Only when they end is not in the rows.
type leases struct {
	// doubtful says that a commit failed that may have been made: the rows must be asked. If adrift it may have made a
	// new row of the tail.
	doubtful, adrift atomic.Bool

	mu    sync.RWMutex
	byRun map[string]*lease
	// last is the newest row of the tail, and bytes are how many there are in it, or more.
	last, bytes int64
}

// get returns the lease of a run, or nil.
func (l *leases) get(run string) *lease {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.byRun[run]
}

// of returns the lease that a row tells of, or nil. It is used within the gate.
func (l *leases) of(t *target) *lease {
	if v := l.get(t.run); v != nil && v.id == t.id && v.owner == t.owner && v.epoch == t.epoch {
		return v
	}
	return nil
}

// end is when the lease of a run ends.
func (l *leases) end(run string) (time.Time, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if v, ok := l.byRun[run]; ok {
		return v.until, true
	}
	return time.Time{}, false
}

// drop forgets what the tail has of the lease up to the row.
func (l *leases) drop(v *lease, row int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	v.entries, v.floor = v.behind(row), max(v.floor, row)
}

// committed makes the changes that a transaction brought, if it was committed.
func (s *Store) committed(e *effects, err error) {
	l := &s.leases
	if err != nil {
		l.adrift.Store(true)
		if len(e.begun) > 0 || len(e.ended) > 0 {
			l.doubtful.Store(true)
		}
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, v := range e.settled {
		v.entries, v.floor = nil, l.last
	}
	for _, run := range e.ended {
		delete(l.byRun, run)
	}
	for _, v := range e.begun {
		l.byRun[v.run] = v
	}
	if e.cleared {
		l.bytes = 0
	}
	if e.row == 0 {
		return
	}
	l.last = e.row
	l.bytes += e.size
	for i, v := range e.pendingOf {
		e.pending[i].Row = e.row
		v.entries = append(v.entries, e.pending[i])
	}
}

// committedByUser is committed for a transaction of the user. A part of it may have been undone before: the rows say
// which leases have ended.
func (s *Store) committedByUser(e *effects, err error) {
	if err != nil || slices.ContainsFunc(e.ended, func(run string) bool { return s.leases.get(run) != nil }) {
		s.leases.doubtful.Store(true)
	}
}

// renew lets the leases of the owner last until then.
func (l *leases) renew(owner string, until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, v := range l.byRun {
		if v.owner == owner {
			v.until = until
		}
	}
}

// look returns the leases that have run out of those runs that the claim is about, how many leases there are that have
// not, and when the next one of another owner will.
func (l *leases) look(now time.Time, c store.Claim) (over []ran, leased map[shares.Slot]int, next time.Time) {
	flows, queues := make(map[string]bool, len(c.Flows)), make(map[string]bool, len(c.Queues))
	for _, f := range c.Flows {
		flows[f] = true
	}
	for _, q := range c.Queues {
		queues[q.Queue] = true
	}
	leased = map[shares.Slot]int{}
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, v := range l.byRun {
		running := v.until.After(now)
		if running && queues[v.slot.Queue] {
			leased[v.slot]++
		}
		switch {
		case !flows[v.flow] || len(queues) > 0 && !queues[v.slot.Queue]:
		case !running:
			over = append(over, ran{v.id, v.owner, v.slot, v.until})
		case v.owner != c.Owner && (next.IsZero() || v.until.Before(next)):
			next = v.until
		}
	}
	return over, leased, wall(next)
}

// ran is a lease that has run out.
type ran struct {
	id    int64
	owner string
	slot  shares.Slot
	until time.Time
}

// recollect asks the rows for the leases, if they are doubtful. Those of which nobody was told end at once. It is used
// within the gate.
func (s *Store) recollect(c *conn) error {
	if s.leases.doubtful.Load() {
		if err := s.leases.reread(c); err != nil {
			return err
		}
	}
	if s.leases.adrift.Load() {
		return s.leases.catchUp(c)
	}
	return nil
}

func (l *leases) reread(c *conn) error {
	all := map[string]*lease{}
	now := time.Now()
	const query = "SELECT id, run, owner, flow, epoch, settled, queue, key FROM baton_runs WHERE owner <> ''"
	err := c.each(context.Background(), query, func(r *row) error {
		v := &lease{
			id: r.int(0), run: r.text(1), owner: r.text(2), flow: r.text(3), epoch: r.int(4), until: now,
			slot:  shares.Slot{Queue: r.text(6), Key: r.text(7)},
			floor: r.int(5), top: 1 << placeBits, newest: -1,
		}
		known := l.get(v.run)
		switch {
		case known == nil || known.owner != v.owner:
		case known.id != v.id || known.epoch != v.epoch:
			v.until = known.until
		default:
			v = known
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

// catchUp reads the rows of the tail that are not known.
func (l *leases) catchUp(c *conn) error {
	last, size := l.last, l.bytes
	var all []entry
	err := c.tail(context.Background(), last, func(row, bytes int64, entries []entry, ok bool) error {
		if !ok {
			return unreadable(row)
		}
		last, size = row, size+bytes
		all = append(all, entries...)
		return nil
	})
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	byID := make(map[int64]*lease, len(l.byRun))
	for _, v := range l.byRun {
		v.stale = true
		byID[v.id] = v
	}
	for _, e := range all {
		if v := byID[e.Run]; v != nil {
			v.entries = append(v.entries, e)
			v.newest = max(v.newest, e.N)
		}
	}
	l.last, l.bytes = last, size
	l.adrift.Store(false)
	return nil
}
