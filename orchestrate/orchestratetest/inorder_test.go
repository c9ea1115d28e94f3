package orchestratetest_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/turns"
	"github.com/baton-go/baton/orchestrate"
	kit "github.com/baton-go/baton/orchestrate/orchestratetest"
)

func TestWhoeverCarriesOutTheGroupABranchThatIsNeverAnsweredWaits(t *testing.T) {
	t.Parallel()
	race := func(y actions.Yield) (int, error) { return orchestrate.Race(y, thing("a"), thing("b")) }
	answers := func() executor.Executor { return kit.Script(t, price("a").Never(), price("b").Return(2)) }
	for name, run := range map[string]func() (int, error){
		"goroutines": func() (int, error) {
			return orchestrate.Run(t.Context(), race, combinators.Parallelize()(answers()))
		},
		"another's turns": func() (n int, err error) {
			turns.New(nil).Run(t.Context(), func(ctx context.Context) {
				n, err = orchestrate.Run(ctx, race, answers())
			})
			return n, err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n, err := run()
			require.NoError(t, err)
			require.Equal(t, 2, n)
		})
	}
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
