package explore_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
)

// whole is an action that a flow of its own carries out.
type whole struct {
	actions.Returns[int]
	N int
}

func TestAFlowInAHandlerIsPartOfItsStep(t *testing.T) {
	t.Parallel()
	inner := func(w *world, end func()) executor.Executor {
		stack := combinators.Parallelize()(w.mux())
		return executor.NewMux(executor.On(func(ctx context.Context, a whole) (int, error) {
			return orchestrate.Run(ctx, func(y actions.Yield) (int, error) {
				got, err := orchestrate.All(y, sequence(a.N, a.N+1), func(y actions.Yield) (int, error) {
					end()
					return orchestrate.Race(y, sequence(a.N+2), sequence(a.N+3))
				})
				return len(got), err
			}, stack)
		})).Else(w.mux())
	}
	outer := func(y actions.Yield) (int, error) {
		_, err := orchestrate.Settle(y, orchestrate.Lift(whole{N: 10}), orchestrate.Lift(whole{N: 20}), sequence(1))
		return 0, err
	}
	var o orders
	explore.Schedules(t, calm, func(s *explore.Schedule) {
		w := newWorld()
		_, err := explore.Run(s, outer, inner(w, func() {}))
		require.NoError(s, err)
		o.add("%v", w.order)
	})
	require.Len(t, o.all(), 6, "the handlers' flows are not interleaved: %v", o.all())

	text := failure(func(t explore.TB) {
		explore.Schedules(t, explore.Bounds{}, func(s *explore.Schedule) {
			_, _ = explore.Run(s, outer, inner(newWorld(), func() { require.Fail(s, "in a branch of a handler's flow") }))
		})
	})
	require.Contains(t, text, "in a branch of a handler's flow")
}
