package memory

import (
	"context"

	"github.com/baton-go/baton/durable/store"
)

// Claim leases runs that are due: see [store.Store]. Of runs that are equally urgent the one with the smallest ID comes
// first.
func (s *Store) Claim(ctx context.Context, c store.Claim) (store.Claimed, error) {
	if err := s.lock(ctx); err != nil {
		return store.Claimed{}, err
	}
	now := now()
	flows := make([]*flow, 0, len(c.Flows))
	for _, name := range c.Flows {
		if f := s.flows[name]; f != nil {
			f.advance(now)
			flows = append(flows, f)
		}
	}
	var claimed store.Claimed
	var notices []store.Notice
	for len(claimed.Runs) < c.Max {
		r := mostUrgent(flows, now)
		if r == nil {
			break
		}
		s.lease(r, c.Owner, now, now.add(c.Lease))
		claimed.Runs = append(claimed.Runs, r.history(store.Mark{}))
		notices = append(notices, r.notice())
	}
	claimed.Next = next(flows, s.owners[c.Owner], now).time()
	s.mu.Unlock()
	s.Tell(notices...)
	return claimed, nil
}

// mostUrgent returns the run that is to be claimed first, or nil if none is due.
func mostUrgent(flows []*flow, now moment) *row {
	var most *row
	for _, f := range flows {
		r := f.ready.first()
		for r != nil && r.due > now { // the clock was put back
			r.enqueue()
			r = f.ready.first()
		}
		if r != nil && (most == nil || moreUrgent(r, most)) {
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

// next tells when the first run that is left becomes due; 0 is never. The leases of the claimer do not count.
func next(flows []*flow, claimer *owner, now moment) moment {
	var next moment
	see := func(r *row) {
		if r == nil {
			return
		}
		if next == 0 || r.due < next {
			next = r.due
		}
	}
	for _, f := range flows {
		if f.ready.Len() > 0 {
			return now
		}
		see(f.waiting.first())
		for o, q := range f.leased {
			if o != claimer {
				see(q.first())
			}
		}
	}
	return next
}
