package combinators_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

func TestAnActionUnderAPermitDoesNotJoinACallThatWaitsForIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const outer, inner = 1, 2
		var exec executor.Executor
		handler := executor.Func(func(ctx context.Context, a actions.Action) (any, error) {
			synctestSleep(time.Second)
			if a.(task).ID == outer {
				return orchestrate.Run(ctx, orchestrate.Lift(task{ID: inner}), exec)
			}
			return "fine", nil
		})
		exec = combinators.Chain(combinators.Coalesced(), combinators.Limited(combinators.NewSemaphore(1)))(handler)
		began := time.Now()
		nesting := begin(t.Context(), exec, task{ID: outer})
		waiting := begin(t.Context(), exec, task{ID: inner}) // for the permit that nesting holds
		joined := begin(t.Context(), exec, task{ID: inner})
		for _, call := range []*job{nesting, waiting, joined} {
			<-call.done
			require.NoError(t, call.err)
			require.Equal(t, "fine", call.result)
		}
		require.Equal(t, 3*time.Second, time.Since(began), "one for each handler")
	})
}

func TestUnderThePermitOfAllCallsAreShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &desk{}
		e := combinators.Chain(combinators.Limited(combinators.NewSemaphore(2)), combinators.Coalesced())(d)
		first := begin(t.Context(), e, task{})
		second := begin(t.Context(), e, task{})
		require.Equal(t, 1, d.inside)
		first.ends(well)
		<-second.done
		require.Equal(t, "fine", second.result)
	})
}
