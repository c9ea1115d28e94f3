package bench_test

import (
	"context"
	"testing"

	"github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/orchestrate"
)

// BenchmarkGroup is ten trivial pieces of work side by side, with their results in order and the first error.
func BenchmarkGroup(b *testing.B) {
	const n = 10
	b.Run("errgroup", func(b *testing.B) {
		loop(b, func(ctx context.Context, k int) error {
			g, ctx := errgroup.WithContext(ctx)
			results := make([]int, n)
			for i := range n {
				g.Go(func() error {
					v, err := sum(ctx, add{X: k, Y: i})
					results[i] = v
					return err
				})
			}
			return g.Wait()
		})
	})
	b.Run("baton", func(b *testing.B) {
		run(b, combinators.Parallelize()(mux), func(y actions.Yield, k int) error {
			adds := make([]add, n)
			for i := range adds {
				adds[i] = add{X: k, Y: i}
			}
			_, err := orchestrate.All(y, orchestrate.Each(adds...)...)
			return err
		})
	})
	b.Run("conc", func(b *testing.B) {
		loop(b, func(ctx context.Context, k int) error {
			p := pool.NewWithResults[int]().WithContext(ctx).WithCancelOnError()
			for i := range n {
				p.Go(func(ctx context.Context) (int, error) { return sum(ctx, add{X: k, Y: i}) })
			}
			_, err := p.Wait()
			return err
		})
	})
}
