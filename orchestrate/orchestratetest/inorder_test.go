package orchestratetest_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/internal/turns"
	"github.com/baton-go/baton/orchestrate"
	kit "github.com/baton-go/baton/orchestrate/orchestratetest"
)

func TestWhoeverCarriesOutTheGroupABranchThatIsNeverAnsweredWaits(t *testing.T) {
	t.Parallel()
	race := func(y actions.Yield) (int, error) { return orchestrate.Race(y, thing("a"), thing("b")) }
	for name, run := range map[string]func(ctx context.Context, exec executor.Executor) (int, error){
		"goroutines": func(ctx context.Context, exec executor.Executor) (int, error) {
			return orchestrate.Run(ctx, race, combinators.Parallelize()(exec))
		},
		"another's turns": func(ctx context.Context, exec executor.Executor) (n int, err error) {
			turns.New(nil).Run(ctx, func(ctx context.Context) { n, err = orchestrate.Run(ctx, race, exec) })
			return n, err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				two := func(context.Context, Price) (int, error) {
					<-time.After(time.Second) // the other one has begun
					return 2, nil
				}
				n, err := run(t.Context(), kit.Script(t, price("a").Never(), price("b").Do(two)))
				require.NoError(t, err)
				require.Equal(t, 2, n)
			})
		})
	}
}

func TestWhoIsStillWaitedForIsNotToldThatItWaitsInVain(t *testing.T) {
	t.Parallel()
	flow := func(y actions.Yield) (int, error) {
		_, err := orchestrate.All(y, thing("a"), func(y actions.Yield) (int, error) {
			if _, err := orchestrate.Race(y, thing("b"), thing("c")); err != nil {
				return 0, err
			}
			return thing("d")(y)
		})
		return 0, err
	}
	_, err := kit.RunScript(t, flow, price("a").Never(), price("b").Never(), price("c"), price("d").Fail(errBusy))
	require.ErrorIs(t, err, errBusy)
}

func TestWhoIsCancelledByTheRunIsToldItsCause(t *testing.T) {
	t.Parallel()
	errGone := errors.New("the customer is gone")
	ctx, cancel := context.WithCancelCause(t.Context())
	flow := func(y actions.Yield) (int, error) {
		prices, err := orchestrate.All(y, thing("a"), thing("b"))
		return len(prices), err
	}
	_, err := orchestrate.Run(ctx, flow, kit.Script(t, price("a").Never(), price("b").Do(
		func(context.Context, Price) (int, error) {
			cancel(errGone)
			return 1, nil
		})))
	require.ErrorIs(t, err, errGone)
	require.ErrorIs(t, err, context.Canceled)
}

func TestAMockRefusesAndUnwraps(t *testing.T) {
	t.Parallel()
	m := kit.NewMock(t)
	kit.OnType[Price](m).Return(3)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := m.Execute(ctx, Price{})
	require.True(t, executor.NotDone(err))
	v, err := m.Execute(ctx, actions.Shielded{Action: Price{}})
	require.NoError(t, err)
	require.Equal(t, 3, v)
	v, err = m.Execute(t.Context(), actions.Version{Max: 2})
	require.NoError(t, err)
	require.Equal(t, 2, v)
}

func TestAVersionIsReplayedAsItWasAnswered(t *testing.T) {
	t.Parallel()
	m := kit.NewMock(t)
	kit.OnType[actions.Version](m).Return(1).Once()
	kit.OnType[Price](m).Do(func(_ context.Context, a Price) (int, error) { return len(a.Thing), nil })
	n, err := kit.Deterministic(t, func(y actions.Yield) (int, error) {
		version, err := orchestrate.Do(y, actions.Version{Change: "c", Max: 2})
		if err != nil || version == 2 {
			return 0, err
		}
		return thing("old", "b", "c")(y)
	}, m)
	require.NoError(t, err)
	require.Equal(t, 5, n)
}

func TestAReplayFromTheMiddleIsNamed(t *testing.T) {
	t.Parallel()
	runs := 0
	text := told(t, func(t *fakeT) {
		_, _ = kit.Deterministic(t, func(y actions.Yield) (int, error) {
			if runs++; runs == 4 {
				return thing("a", "c")(y)
			}
			return thing("a", "b", "c", "d")(y)
		}, all())
	})
	require.Contains(t, text, `replayed from its first 2 answers, step 1 differs
  first:  orchestratetest_test.Price{Thing: "b"}
`)
}

func TestAGroupThatIsRetriedMayTakeAnotherWay(t *testing.T) {
	t.Parallel()
	m := kit.NewMock(t)
	kit.On(m, Price{Thing: "a"}).ReturnSequence(1)
	kit.On(m, Price{Thing: "a"}).Fail(errBusy)
	kit.On(m, Price{Thing: "b"}).Fail(errBusy).Once()
	_, err := kit.Deterministic(t, func(y actions.Yield) ([]int, error) {
		return orchestrate.All(y, thing("a", "b"))
	}, combinators.Retried(combinators.Retry{MaxAttempts: 2, Schedule: backoff.Constant(0)})(m))
	require.ErrorIs(t, err, errBusy)
}

func TestAGroupThatNobodyCarriesOutIsNotReplayed(t *testing.T) {
	t.Parallel()
	_, err := kit.Deterministic(t, func(y actions.Yield) ([]int, error) {
		return orchestrate.All(y, thing("a"), thing("b"))
	}, executor.NewMux())
	var unhandled *executor.UnhandledError
	require.ErrorAs(t, err, &unhandled)
}

func TestAResultThatOutlivesTheRunIsFound(t *testing.T) {
	t.Parallel()
	total := []int{0}
	require.Contains(t, told(t, func(t *fakeT) {
		_, _ = kit.Deterministic(t, func(actions.Yield) ([]int, error) {
			total[0]++
			return total, nil
		}, all())
	}), "it returns another result\n  first:  []int{1}\n  replay: []int{2}\n          [0]: want 1, got 2\n")
}

func TestALateAnswerIsNotPartOfTheRun(t *testing.T) {
	t.Parallel()
	late := make(chan func(), 2)
	leaf := executor.Func(func(ctx context.Context, a actions.Action) (any, error) { return 1, nil })
	exec := executor.Func(func(ctx context.Context, a actions.Action) (any, error) {
		g := a.(actions.Group)
		late <- func() { _, _ = executor.RunGroup(ctx, g, leaf) }
		return executor.RunGroup(ctx, g, leaf)
	})
	_, err := kit.Deterministic(t, func(y actions.Yield) ([]int, error) {
		return orchestrate.All(y, thing("a"), orchestrate.Lift(Price{Thing: "b"}))
	}, exec)
	require.NoError(t, err)
	(<-late)()
}
