package executor_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
)

// BenchmarkLength runs orchestrations of more and more steps: each takes as long as the first.
func BenchmarkLength(b *testing.B) {
	for _, steps := range []int{10, 100, 1000, 10_000, 100_000} {
		flow := func(y actions.Yield) (int, error) {
			for n := range steps {
				if _, err := orchestrate.Do(y, a5{X: n, Y: n}); err != nil {
					return n, err
				}
			}
			return steps, nil
		}
		b.Run(strconv.Itoa(steps)+" steps", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				n, err := orchestrate.Run(b.Context(), flow, mux)
				require.NoError(b, err)
				require.Equal(b, steps, n)
			}
		})
	}
}

// BenchmarkDepth yields one action from orchestrations nested ever deeper: each level costs a function call.
func BenchmarkDepth(b *testing.B) {
	for _, depth := range []int{0, 10, 100} {
		flow := func(y actions.Yield) (int, error) { return orchestrate.Do(y, a5{X: 1, Y: 2}) }
		for range depth {
			inner := flow
			flow = func(y actions.Yield) (int, error) {
				n, err := inner(y)
				return n + 1, err
			}
		}
		b.Run("below "+strconv.Itoa(depth), func(b *testing.B) {
			inRun(b, mux, func(y actions.Yield, _ int) error {
				_, err := flow(y)
				return err
			})
		})
	}
}
