package combinators_test

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor/backoff"
)

// exitsAt makes a sink that exits the goroutine when it is told of an event of type E, as a failing test's does.
func exitsAt[E combinators.Event]() *listener {
	return &listener{onObserve: func(_ context.Context, e combinators.Event) {
		if _, ok := e.(E); ok {
			runtime.Goexit()
		}
	}}
}

func classExits(context.Context, error) combinators.Class {
	runtime.Goexit()
	return combinators.Failure
}

func anything(actions.Action) bool { return true }

func TestAClassThatExitsGivesTheTrialBack(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func() (any, error){"success": well, "failure": badly, "panic": panicking} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := combinators.NewCircuit(combinators.CircuitConfig{OpenFor: time.Second, Class: classExits})
				c.Trip()
				synctestSleep(time.Second)
				e := combinators.Breaker(c)(&desk{})
				for range 3 {
					trial := begin(t.Context(), e, task{})
					require.True(t, trial.began.Load(), "the trial before was given back")
					require.Equal(t, 1, c.Stats().Trials)
					trial.ends(end)
					require.True(t, trial.exited)
					require.Zero(t, c.Stats().Trials)
				}
				require.Equal(t, int64(3), c.Stats().Neutral)
			})
		})
	}
}

func TestASinkThatExitsDoesNotKeepAChangeFromBeingTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var told []combinators.State
		c := combinators.NewCircuit(combinators.CircuitConfig{Failures: 1, OnChange: func(change combinators.StateChange) {
			told = append(told, change.To)
		}})
		e := combinators.Chain(combinators.Observed(exitsAt[*combinators.StateChanged]()), combinators.Breaker(c))(&desk{})
		call := begin(t.Context(), e, task{})
		call.ends(badly)
		require.True(t, call.exited)
		require.Equal(t, []combinators.State{combinators.Open}, told)
	})
}

func TestAnExtraAttemptWhoseSinkOrClassExitsHasExited(t *testing.T) {
	t.Parallel()
	hedge := combinators.Hedge{Safe: anything, Delay: time.Second}
	classed := hedge
	classed.Class = classExits
	for name, c := range map[string]combinators.Combinator{
		"sink":  combinators.Chain(combinators.Observed(exitsAt[*combinators.HedgeStarted]()), combinators.Hedged(hedge)),
		"class": combinators.Hedged(classed),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				service := &lookup{time: 3 * time.Second, do: func(context.Context, actions.Action) (any, error) {
					return nil, errDown
				}}
				call := begin(t.Context(), c(service), task{})
				<-call.done
				require.True(t, call.exited)
			})
		})
	}
}

func TestOneThatExitsLeavesTheCallThatItHasJoined(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		service := &lookup{}
		shared := combinators.Coalesced()(service)
		ctx, cancel := context.WithCancel(t.Context())
		first := begin(ctx, shared, task{})
		joined := begin(t.Context(), combinators.Observed(exitsAt[*combinators.Reused]())(shared), task{})
		require.True(t, joined.over() && joined.exited)
		cancel()
		synctest.Wait()
		require.True(t, first.over(), "nobody waits any more, so the call is cancelled")
		require.ErrorIs(t, first.err, context.Canceled)
		require.Error(t, service.calls[0].Err())
	})
}

func TestARetryThatIsNotMadeCostsTheBudgetNothing(t *testing.T) {
	t.Parallel()
	for name, misbehave := range map[string]func(cancel func()) error{
		"cancelled": func(cancel func()) error { time.AfterFunc(time.Second, cancel); return nil },
		"vetoed":    func(func()) error { return errDown },
		"exited":    func(func()) error { runtime.Goexit(); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				budget := combinators.NewRetryBudget(0.1, 2)
				ctx, cancel := context.WithCancel(t.Context())
				e := combinators.Retried(combinators.Retry{
					Schedule: backoff.Constant(2 * time.Second), Budget: budget,
					OnRetry: func(context.Context, combinators.Attempt) error { return misbehave(cancel) },
				})(&desk{})
				call := begin(ctx, e, task{})
				call.ends(badly)
				require.Equal(t, combinators.RetryBudgetStats{Tokens: 2}, budget.Stats())
			})
		})
	}
}
