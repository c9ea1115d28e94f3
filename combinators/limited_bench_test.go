package combinators_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

var limitedCases = []struct {
	name  string
	limit combinators.Limit
}{
	{"plain", combinators.Limit{}},
	{"weight", combinators.Limit{Weight: func(actions.Action) int { return 3 }}},
}

// inRun calls f in a run, with a context whose permits cost no allocation.
func inRun(f func(ctx context.Context, a actions.Action)) {
	_, _ = orchestrate.Run(context.Background(), orchestrate.Lift(task{}), executor.Func(
		func(ctx context.Context, a actions.Action) (any, error) {
			f(ctx, a)
			return nil, nil
		}))
}

func TestLimitedDoesNotAllocateWhileNobodyWaits(t *testing.T) {
	for _, c := range limitedCases {
		e := combinators.LimitedWith(combinators.NewSemaphore(10), c.limit)(instant{})
		inRun(func(ctx context.Context, a actions.Action) {
			require.Zero(t, testing.AllocsPerRun(1000, func() { _, _ = e.Execute(ctx, a) }), c.name)
		})
	}
}

// BenchmarkLimited measures a limit beside what it cannot do without: an atomic operation to take the permits and one
// to give them back, the context that knows of them, and the call.
func BenchmarkLimited(b *testing.B) {
	var permits atomic.Int64
	var next executor.Executor = instant{}
	key := &permits
	b.Run("floor", func(b *testing.B) {
		inRun(func(ctx context.Context, a actions.Action) {
			for b.Loop() {
				if n := permits.Load(); permits.CompareAndSwap(n, n-1) {
					_, _ = next.Execute(executor.Hold(ctx, key), a)
					permits.Add(1)
				}
			}
		})
	})
	b.Run("floor/atomics", func(b *testing.B) {
		for b.Loop() {
			if n := permits.Load(); permits.CompareAndSwap(n, n-1) {
				permits.Add(1)
			}
		}
	})
	for _, c := range limitedCases {
		e := combinators.LimitedWith(combinators.NewSemaphore(10), c.limit)(instant{})
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			inRun(func(ctx context.Context, a actions.Action) {
				for b.Loop() {
					_, _ = e.Execute(ctx, a)
				}
			})
		})
	}
}

func BenchmarkLimitedParallel(b *testing.B) {
	var permits atomic.Int64
	b.Run("floor", func(b *testing.B) {
		b.RunParallel(func(pb *testing.PB) {
			inRun(func(ctx context.Context, a actions.Action) {
				for pb.Next() {
					for n := permits.Load(); !permits.CompareAndSwap(n, n-1); {
						n = permits.Load()
					}
					_, _ = instant{}.Execute(executor.Hold(ctx, &permits), a)
					permits.Add(1)
				}
			})
		})
	})
	for _, permits := range []int{1000, 1} {
		e := combinators.Limited(combinators.NewSemaphore(permits))(instant{})
		b.Run(fmt.Sprintf("permits=%d", permits), func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				inRun(func(ctx context.Context, a actions.Action) {
					for pb.Next() {
						_, _ = e.Execute(ctx, a)
					}
				})
			})
		})
	}
}
