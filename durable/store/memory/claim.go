package memory

import (
	"context"

	"github.com/baton-go/baton/durable/store"
)

// Claim leases runs that are due: see [store.Store]. Of runs that are equally urgent the one with the smallest ID comes
// first. A claim with limits looks at all leases; one with a limit for each key also at all keys that have a run which
// is due.
func (s *Store) Claim(ctx context.Context, c store.Claim) (store.Claimed, error) {
	if err := s.lock(ctx); err != nil {
		return store.Claimed{}, err
	}
	now := now()
	var lanes []*lane
	var from chooser
	if len(c.Queues) == 0 {
		lanes = s.lanesOf(c.Flows)
		from = anyQueue(lanes)
	} else {
		shares := s.shares(c, now)
		for _, q := range shares {
			lanes = append(lanes, q.lanes...)
		}
		from = shares
	}
	for _, l := range lanes {
		l.advance(now)
	}
	from.begin(now)
	var claimed store.Claimed
	var notices []store.Notice
	for len(claimed.Runs) < c.Max {
		r := from.choose(now)
		if r == nil {
			break
		}
		s.lease(r, c.Owner, now, now.add(c.Lease))
		claimed.Runs = append(claimed.Runs, r.history(store.Mark{}))
		notices = append(notices, r.notice())
	}
	claimed.Next = next(lanes, s.owners[c.Owner], now).time()
	if from.left(now) {
		claimed.Next = now.time()
	}
	s.mu.Unlock()
	s.Tell(notices...)
	return claimed, nil
}

// chooser chooses the runs that a claim takes, one after the other.
type chooser interface {
	// begin is called once, when all that is due is ready.
	begin(now moment)
	// choose returns the run that is to be claimed next, which the caller does, or nil if there is none.
	choose(now moment) *row
	// left tells whether something could be claimed but for a maximum.
	left(now moment) bool
}

// anyQueue chooses without limits.
type anyQueue []*lane

func (q anyQueue) begin(moment) {}

func (q anyQueue) choose(now moment) *row { return mostUrgent(q, now) }

func (q anyQueue) left(now moment) bool { return mostUrgent(q, now) != nil }

// mostUrgent returns the run that is to be claimed first, or nil if none is due.
func mostUrgent(lanes []*lane, now moment) *row {
	var most *row
	for _, l := range lanes {
		if r := l.first(now); r != nil && (most == nil || moreUrgent(r, most)) {
			most = r
		}
	}
	return most
}

func (s *Store) lease(r *row, owner string, now, end moment) {
	s.setOwner(r, owner)
	r.status = store.Running
	r.epoch++
	r.revision++
	if r.started == 0 {
		r.started = now
	}
	r.due = end
	r.enqueue()
}

// next tells when the first run that is not due becomes it; 0 is never. The leases of the claimer do not count.
func next(lanes []*lane, claimer *owner, now moment) moment {
	var next moment
	see := func(r *row) {
		if r != nil && (next == 0 || r.due < next) {
			next = r.due
		}
	}
	for _, l := range lanes {
		see(l.waiting.first())
		for o, p := range l.leased {
			if o != claimer {
				see(p.first())
			}
		}
	}
	return next
}
