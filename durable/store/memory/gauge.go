package memory

import (
	"context"
	"maps"
	"slices"

	"github.com/baton-go/baton/durable/store"
)

// Backlogs measures what waits in queues: see [store.Gauge]. It looks at all runs that are due in them.
func (s *Store) Backlogs(ctx context.Context, queues []string, most int) ([]store.Backlog, error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	now := now()
	counts, oldest := map[string]int64{}, map[string]moment{}
	for _, byQueue := range s.flows {
		for queue, l := range byQueue {
			if len(queues) > 0 && !slices.Contains(queues, queue) {
				continue
			}
			l.advance(now)
			for _, p := range l.ready.piles {
				for _, r := range p.rows {
					if r.place.owner != nil || r.due > now {
						continue
					}
					counts[queue]++
					if first := oldest[queue]; first == 0 || r.due < first {
						oldest[queue] = r.due
					}
				}
			}
		}
	}
	var all []store.Backlog
	for _, queue := range slices.Sorted(maps.Keys(counts)) {
		n := counts[queue]
		if most > 0 {
			n = min(n, int64(most))
		}
		all = append(all, store.Backlog{Queue: queue, Runs: n, Oldest: oldest[queue].time()})
	}
	return all, nil
}
