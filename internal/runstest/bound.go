package runstest

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
)

// Bound checks that runtimes on the stores, which keep the same runs and no others, keep together to the total of the
// queue that has no name, and make use of all of it.
func Bound(t *testing.T, stores ...store.Store) {
	t.Helper()
	const runs, total = 12, 2
	var busy, most atomic.Int64
	gate := make(chan struct{})
	defer close(gate) // so that a test that fails ends
	flow := durable.Func("bound", func(ctx context.Context, _ int) (int, error) {
		now := busy.Add(1)
		defer busy.Add(-1)
		for seen := most.Load(); now > seen && !most.CompareAndSwap(seen, now); seen = most.Load() {
		}
		select {
		case <-gate:
			return 0, nil
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		}
	})
	for _, s := range stores {
		Carry(t, s, executor.NewMux(), durable.Config{
			Flows: durable.Flows(flow), Queues: []durable.Queue{{Total: total}}, Lease: longLease,
		})
	}
	handles, err := flow.StartMany(t.Context(), durable.NewClient(stores[0]), make([]int, runs), nil)
	require.NoError(t, err)
	for left := runs; left > 0; left-- {
		Until(t, func() bool { return int(busy.Load()) >= min(left, total) })
		stats, err := durable.NewClient(stores[0]).Stats(t.Context(), durable.Filter{})
		require.NoError(t, err)
		require.LessOrEqual(t, stats.Running, int64(total))
		gate <- struct{}{}
	}
	for _, h := range handles {
		_, err := h.Result(t.Context())
		require.NoError(t, err)
	}
	require.EqualValues(t, total, most.Load())
}
