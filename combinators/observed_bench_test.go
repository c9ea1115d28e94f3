package combinators_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
)

// deaf is a sink that does nothing, and hears nothing unless it is on.
type deaf struct{ on bool }

func (d deaf) Enabled(context.Context) bool { return d.on }

func (deaf) Start(ctx context.Context, _ *combinators.Started) context.Context { return ctx }

func (deaf) Observe(context.Context, combinators.Event) {}

// answer is the floor under the benchmarks: an executor that does nothing.
type answer struct{}

//go:noinline
func (answer) Execute(context.Context, actions.Action) (any, error) { return nil, nil }

func BenchmarkObserved(b *testing.B) {
	ctx, action := context.Background(), actions.Action(actions.Now{})
	b.Run("floor", func(b *testing.B) {
		b.ReportAllocs()
		exec := combinators.Chain()(answer{})
		for b.Loop() {
			_, _ = exec.Execute(ctx, action)
		}
	})
	b.Run("clock", func(b *testing.B) {
		for b.Loop() {
			_ = time.Now()
		}
	})
	for _, sinks := range []int{0, 1, 2, 5} {
		for _, on := range []bool{false, true} {
			b.Run(fmt.Sprintf("sinks=%d/on=%t", sinks, on), func(b *testing.B) {
				b.ReportAllocs()
				exec := combinators.Observed(slices.Repeat([]combinators.Sink{deaf{on}}, sinks)...)(answer{})
				for b.Loop() {
					_, _ = exec.Execute(ctx, action)
				}
			})
		}
	}
}
