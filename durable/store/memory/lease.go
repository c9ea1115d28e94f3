package memory

import (
	"context"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// owner is somebody who has leases.
type owner struct {
	name string
	rows []*row
}

// place is where a run is found.
type place struct {
	pile  *pile  // nil: it is not to be claimed
	owner *owner // nil: nobody
	index int32  // in the pile
	held  int32  // the index among the owner's
}

func (p place) ownerName() string {
	if p.owner == nil {
		return ""
	}
	return p.owner.name
}

// setOwner gives the run a lease, or takes it away. The caller then sets the due time, and puts the run in its pile.
func (s *Store) setOwner(r *row, name string) {
	if r.place.ownerName() == name {
		return
	}
	if o := r.place.owner; o != nil {
		last := len(o.rows) - 1
		moved := o.rows[last]
		o.rows[r.place.held], o.rows[last] = moved, nil
		moved.place.held = r.place.held
		o.rows = o.rows[:last]
		if last == 0 {
			delete(s.owners, o.name)
		}
		r.place.owner = nil
	}
	if name == "" {
		return
	}
	o := s.owners[name]
	if o == nil {
		o = &owner{name: name}
		s.owners[name] = o
	}
	r.place.owner, r.place.held = o, int32(len(o.rows))
	o.rows = append(o.rows, r)
}

// enqueue puts the run into the pile in which it belongs.
func (r *row) enqueue() {
	switch {
	case r.due == 0 || r.status.Finished():
		r.moveTo(nil)
	case r.place.owner != nil:
		r.moveTo(r.lane.leasedBy(r.place.owner))
	default:
		r.moveTo(&r.lane.waiting)
	}
}

// Renew lets all leases of an owner last longer: see [store.Store].
func (s *Store) Renew(ctx context.Context, name string, lease time.Duration) ([]store.Held, error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	o := s.owners[name]
	if o == nil {
		return nil, nil
	}
	end := now().add(lease)
	held := make([]store.Held, len(o.rows))
	for i, r := range o.rows {
		r.due = end
		r.enqueue()
		held[i] = store.Held{Run: r.id, Epoch: r.epoch, Revision: r.revision, Messages: r.inbox.newest()}
	}
	return held, nil
}
