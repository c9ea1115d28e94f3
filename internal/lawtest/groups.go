package lawtest

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// bothSides calls f with the combinator above Parallelize and with the combinator below it.
func bothSides(r Row, b behaviour, f func(side string, e executor.Executor, h *handler)) {
	above, h := under(combinators.Chain(r.New(), combinators.Parallelize()), b)
	f("above", above, h)
	below, h := under(combinators.Chain(combinators.Parallelize(), r.New()), b)
	f("below", below, h)
}

// asks is flows of n different actions. The last of them is the first to be answered.
func asks(n int) []orchestrate.Orchestration[int] {
	flows := make([]orchestrate.Orchestration[int], n)
	for i := range flows {
		if i%2 == 0 {
			flows[i] = orchestrate.Lift(Ask{N: i})
		} else {
			flows[i] = func(y actions.Yield) (int, error) { return orchestrate.Do(y, Ask{N: i}) }
		}
	}
	return flows
}

func slowly(n int) behaviour {
	return func(_ context.Context, a actions.Action) (any, error) {
		ask := a.(Ask)
		wait(time.Duration(n-ask.N) * time.Millisecond)
		return ask.N, nil
	}
}

func carriesGroups(ctx context.Context, t T, r Row) {
	bothSides(r, slowly(8), func(side string, e executor.Executor, h *handler) {
		results, err := orchestrate.Run(ctx, func(y actions.Yield) ([]int, error) {
			return orchestrate.All(y, asks(8)...)
		}, e)
		require.NoError(t, err, side)
		require.Equal(t, []int{0, 1, 2, 3, 4, 5, 6, 7}, results, side)
		require.Len(t, h.called(), 8, side)
	})
	bothSides(r, slowly(4), func(side string, e executor.Executor, _ *handler) {
		nested := func(y actions.Yield) ([]int, error) { return orchestrate.All(y, asks(4)...) }
		results, err := orchestrate.Run(ctx, func(y actions.Yield) (string, error) {
			results, err := orchestrate.All(y, nested, func(y actions.Yield) ([]int, error) {
				return orchestrate.Scope(y, "scope", nested)
			})
			return fmt.Sprint(results), err
		}, e)
		require.NoError(t, err, side)
		require.Equal(t, "[[0 1 2 3] [0 1 2 3]]", results, side)
	})
	bothSides(r, nil, func(side string, e executor.Executor, _ *handler) {
		results, err := orchestrate.Run(ctx, func(y actions.Yield) (any, error) {
			return y(actions.Group{Mode: actions.All})
		}, e)
		require.NoError(t, err, side)
		require.Equal(t, actions.GroupResult{Decided: -1, Outcomes: []actions.Outcome[any]{}}, results, side)
	})
}

func failsGroups(ctx context.Context, t T, r Row) {
	failing := func(ctx context.Context, a actions.Action) (any, error) {
		if a == (Ask{N: 3}) {
			return nil, &failure{3}
		}
		return slowly(8)(ctx, a)
	}
	bothSides(r, failing, func(side string, e executor.Executor, _ *handler) {
		_, err := orchestrate.Run(ctx, func(y actions.Yield) ([]int, error) {
			return orchestrate.All(y, asks(8)...)
		}, e)
		var f *failure
		require.ErrorAs(t, err, &f, side)
		require.Equal(t, 3, f.code, side)
		var s *executor.StepError
		require.ErrorAs(t, err, &s, side)
	})
	bothSides(r, failing, func(side string, e executor.Executor, _ *handler) {
		outcomes, err := orchestrate.Run(ctx, func(y actions.Yield) ([]actions.Outcome[int], error) {
			return orchestrate.Settle(y, asks(5)...)
		}, e)
		require.NoError(t, err, side)
		for i, o := range outcomes {
			if i == 3 {
				var f *failure
				require.ErrorAs(t, o.Err, &f, side)
			} else {
				require.Equal(t, actions.Outcome[int]{Value: i}, o, side)
			}
		}
	})
}

func cancelsGroups(ctx context.Context, t T, r Row) {
	var active atomic.Int32
	waits := untilDone(ctx, time.Minute)
	waiting := func(ctx context.Context, a actions.Action) (any, error) {
		active.Add(1)
		defer active.Add(-1)
		return waits(ctx, a)
	}
	bothSides(r, waiting, func(side string, e executor.Executor, h *handler) {
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		why := &cause{"not wanted any more"}
		time.AfterFunc(time.Second, func() { cancel(why) })
		began := time.Now()
		_, err := orchestrate.Run(ctx, func(y actions.Yield) ([]int, error) {
			return orchestrate.All(y, asks(8)...)
		}, e)
		require.ErrorIs(t, err, why, side)
		require.Zero(t, active.Load(), "branches left behind, %s", side)
		require.Len(t, h.called(), 8, side)
		require.Equal(t, time.Second+time.Minute, time.Since(began), side)
	})
}
