package redis

import (
	"context"
	"slices"
)

// Delete removes runs that have finished: see [store.Store]. It does so a hundred at a time.
func (s *Store) Delete(ctx context.Context, ids []string) (int, error) {
	ids = slices.Clone(ids)
	return call(ctx, s, "delete", func(ctx context.Context) (gone int, err error) {
		const most = 100
		for some := range slices.Chunk(ids, most) {
			args := make([]any, len(some))
			for i, id := range some {
				args[i] = id
			}
			reply, err := s.run(ctx, deleteScript, args...)
			if err != nil {
				return 0, err
			}
			n, ok := reply.(int64)
			if !ok {
				return 0, odd(reply)
			}
			gone += int(n)
		}
		return gone, nil
	})
}
