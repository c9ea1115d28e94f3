package orchestrate_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/executortest"
	"github.com/baton-go/baton/orchestrate"
)

// host is where an orchestration runs: what its branches are. The suite runs under each, because an orchestration must
// not be able to tell.
type host struct {
	name string
	// around makes what carries out groups around the executor of single actions, and the context that goes with it.
	around func(ctx context.Context, exec executor.Executor) (context.Context, executor.Executor)
}

var (
	// In parallel: the branches are goroutines.
	inParallel = host{
		"in parallel", func(ctx context.Context, exec executor.Executor) (context.Context, executor.Executor) {
			return ctx, combinators.Parallelize()(exec)
		},
	}
	// In order: each branch runs to its end before the next one starts, all on one goroutine.
	inOrder = host{
		"in order", func(ctx context.Context, exec executor.Executor) (context.Context, executor.Executor) {
			ctx = executor.WithStrands(ctx, executortest.InOrder{})
			return ctx, combinators.Parallelize()(exec)
		},
	}
	// Cooperative: a scheduler lets one branch run at a time, as a Temporal workflow does.
	cooperative = host{
		"cooperative", func(ctx context.Context, exec executor.Executor) (context.Context, executor.Executor) {
			strands := &executortest.Cooperative{}
			return executor.WithStrands(ctx, strands), combinators.Parallelize()(strands.Around(exec))
		},
	}
)

// onEachHost runs a test under every host, in a bubble of its own, which ends only when each goroutine in it has.
func onEachHost(t *testing.T, test func(t *testing.T, h host)) {
	t.Helper()
	on(t, []host{inParallel, inOrder, cooperative}, test)
}

// onConcurrentHosts runs a test under the hosts whose branches overlap: one branch waits for what another one does.
func onConcurrentHosts(t *testing.T, test func(t *testing.T, h host)) {
	t.Helper()
	on(t, []host{inParallel, cooperative}, test)
}

func on(t *testing.T, hosts []host, test func(t *testing.T, h host)) {
	t.Helper()
	for _, h := range hosts {
		t.Run(h.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { test(t, h) })
		})
	}
}

// run runs a flow under the host.
func run[T any](ctx context.Context, h host, w *world, flow orchestrate.Orchestration[T]) (T, error) {
	ctx, exec := h.around(ctx, executor.System(w.mux()))
	return orchestrate.Run(ctx, flow, exec)
}
