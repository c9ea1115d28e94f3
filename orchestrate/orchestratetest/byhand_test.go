package orchestratetest_test

import (
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
)

// asked answers every Price with 1, and collects what it was asked.
func asked(into *[]actions.Action) func(actions.Action) (any, error) {
	return func(a actions.Action) (any, error) {
		*into = append(*into, a)
		if _, ok := a.(Price); ok {
			return 1, nil
		}
		return nil, nil
	}
}

func TestByHandTheBranchesOfAGroupRunInOrder(t *testing.T) {
	t.Parallel()
	var as []actions.Action
	nested := func(y actions.Yield) (int, error) { return Sum(y, []string{"b", "c"}) }
	flow := func(y actions.Yield) (int, error) {
		return orchestrate.Scope(y, "all", func(y actions.Yield) (int, error) {
			sums, err := orchestrate.All(y, orchestrate.Bind(Sum, []string{"a"}), nested, orchestrate.Lift(Price{Thing: "d"}))
			return len(sums), err
		})
	}
	n, err := flow(orchestratetest.ByHand(asked(&as)))
	require.NoError(t, err)
	require.Equal(t, 3, n)
	require.Equal(t, []actions.Action{
		Greet{Name: "a"},
		Price{Thing: "a"},
		Greet{Name: "b"},
		Price{Thing: "b"},
		Greet{Name: "c"},
		Price{Thing: "c"},
		Price{Thing: "d"},
	}, as)
}

func TestByHandLosersAreRefusedAndWhatTheyShieldIsNot(t *testing.T) {
	t.Parallel()
	var as []actions.Action
	var lost error
	loser := func(y actions.Yield) (int, error) {
		_, lost = orchestrate.Do(y, Price{Thing: "b"})
		return orchestrate.Shield(y, orchestrate.Lift(Price{Thing: "c"}))
	}
	price, err := orchestrate.Race(orchestratetest.ByHand(asked(&as)), orchestrate.Lift(Price{Thing: "a"}), loser)
	require.NoError(t, err)
	require.Equal(t, 1, price)
	require.Equal(t, []actions.Action{Price{Thing: "a"}, Price{Thing: "c"}}, as)
	require.EqualError(t, lost,
		"step 0.1.0: orchestratetest_test.Price: not started: branch 0 decided the group")
	require.True(t, executor.NotDone(lost))
}

func TestByHandALaterBranchDecidesIfTheEarlierIsNeverAnswered(t *testing.T) {
	t.Parallel()
	_, err := Quote(orchestratetest.ByHand(func(a actions.Action) (any, error) {
		if _, ok := a.(Price); ok {
			return nil, orchestratetest.ErrNever
		}
		return nil, nil
	}), "bread")
	var timeout *orchestrate.TimeoutError
	require.ErrorAs(t, err, &timeout)
	require.Equal(t, time.Hour, timeout.Limit)
}

func TestByHandWhoIsCancelledWhileItWaitsIsToldWhy(t *testing.T) {
	t.Parallel()
	var lost error
	_, err := orchestrate.Race(orchestratetest.ByHand(func(a actions.Action) (any, error) {
		if a == (Price{Thing: "a"}) {
			return nil, orchestratetest.ErrNever
		}
		return 7, nil
	}), func(y actions.Yield) (int, error) {
		_, lost = orchestrate.Do(y, Price{Thing: "a"})
		return 0, lost
	}, orchestrate.Lift(Price{Thing: "b"}))
	require.NoError(t, err)
	var decided *executor.DecidedError
	require.ErrorAs(t, lost, &decided)
	require.Equal(t, 1, decided.Branch)
	require.False(t, executor.NotDone(lost), "nobody knows what became of it")
}

func TestByHandWaitingInVainIsAnError(t *testing.T) {
	t.Parallel()
	never := func(actions.Action) (any, error) { return nil, orchestratetest.ErrNever }
	const vain = "the action is never answered, and nothing goes on that could make up for it"
	_, err := orchestrate.Do(orchestratetest.ByHand(never), Price{})
	require.EqualError(t, err, "step 0: orchestratetest_test.Price: "+vain)
	require.ErrorIs(t, err, orchestratetest.ErrNever)
	_, err = Sum(orchestratetest.ByHand(never), []string{"a", "b"})
	require.EqualError(t, err, "step 0.0.0: orchestratetest_test.Greet: "+vain)
	_, err = orchestrate.Scope(orchestratetest.ByHand(never), "s", orchestrate.Lift(Price{}))
	require.EqualError(t, err, "step 0.0.0: orchestratetest_test.Price: "+vain)
	_, err = orchestrate.Retry(orchestratetest.ByHand(never), nil, orchestrate.Lift(Price{}))
	require.ErrorIs(t, err, orchestratetest.ErrNever)
}

func TestByHandIsTheYieldOfARun(t *testing.T) {
	t.Parallel()
	y := orchestratetest.ByHand(func(a actions.Action) (any, error) {
		if a == (Greet{Name: "panic"}) {
			panic("boom")
		}
		return nil, errBusy
	})
	_, err := Welcome(y, "users")
	require.EqualError(t, err, "step 0: orchestratetest_test.Fetch: the line is busy")
	var panicked *executor.PanicError
	require.ErrorAs(t, orchestrate.Tell(y, Greet{Name: "panic"}), &panicked)

	_, err = orchestrate.All(y, func(actions.Yield) (int, error) {
		return orchestrate.Do(y, Price{}) // the outer one
	})
	require.ErrorIs(t, err, executor.ErrLent)
}

func TestByHandAFunctionMayExitTheGoroutine(t *testing.T) {
	t.Parallel()
	for _, things := range [][]string{{"a"}, {"a", "b"}} {
		returned := false
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, _ = Sum(orchestratetest.ByHand(func(actions.Action) (any, error) {
				runtime.Goexit()
				return nil, errors.New("unreachable")
			}), things)
			returned = true
		}()
		<-done
		require.False(t, returned)
	}
}

func TestByHandNeedsAFunction(t *testing.T) {
	t.Parallel()
	require.PanicsWithValue(t, "orchestratetest.ByHand: the function is nil", func() { orchestratetest.ByHand(nil) })
}
