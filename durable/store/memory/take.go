package memory

import (
	"context"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// Take leases runs that are blocked: see [store.Taker].
func (s *Store) Take(ctx context.Context, owner string, lease time.Duration, runs []string) ([]store.History, error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	now := now()
	var taken []store.History
	var notices []store.Notice
	for _, id := range runs {
		if r := s.runs[id]; r != nil && r.status == store.Blocked && r.place.owner == nil {
			s.lease(r, owner, now, now.add(lease))
			taken = append(taken, r.history(store.Mark{}))
			notices = append(notices, r.notice())
		}
	}
	s.mu.Unlock()
	s.Tell(notices...)
	return taken, nil
}
