package redis

import (
	"context"
	"slices"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// Take leases runs that are blocked: see [store.Taker]. It passes over those that are damaged.
func (s *Store) Take(ctx context.Context, owner string, lease time.Duration, runs []string) ([]store.History, error) {
	ids := slices.Clone(runs)
	all, err := call(ctx, s, "take", func(ctx context.Context) (all claimed, err error) {
		for len(ids) > 0 {
			n, err := s.takeSome(ctx, owner, lease, ids[:min(len(ids), mostClaimed)], &all)
			if err != nil {
				return all, err
			}
			ids = ids[n:]
		}
		return all, nil
	})
	if err == nil && len(all.spoilt) > 0 {
		_, err = s.Commit(ctx, all.spoilt)
	}
	if err != nil {
		return nil, err
	}
	return all.Runs, nil
}

// takeSome leases those that are blocked of as many of the runs as one script should look at, and returns how many
// these are.
func (s *Store) takeSome(
	ctx context.Context, owner string, lease time.Duration, ids []string, all *claimed,
) (n int, err error) {
	args := []any{s.channel, s.self, owner, lease.Microseconds(), enough}
	for _, id := range ids {
		args = append(args, id)
	}
	reply, err := s.run(ctx, takeScript, args...)
	if err != nil {
		return 0, err
	}
	answer, err := list(reply, 3)
	if err != nil {
		return 0, err
	}
	looked, ok := answer[0].(int64)
	if !ok || looked < 1 || looked > int64(len(ids)) {
		return 0, odd(reply)
	}
	s.told(answer[1])
	taken, err := list(answer[2], 0)
	if err != nil {
		return 0, err
	}
	for _, one := range taken {
		if err := s.leasedRun(one, all); err != nil {
			return 0, err
		}
	}
	return int(looked), nil
}
