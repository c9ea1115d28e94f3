package combinators_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// ask is what the tests of observers ask for: N comes back, as an error if it is negative.
type ask struct {
	actions.Returns[int]
	N int
}

var errNegative = errors.New("negative")

func answers() *executor.Mux {
	return executor.NewMux(executor.On(func(_ context.Context, a ask) (int, error) {
		if a.N < 0 {
			return 0, errNegative
		}
		return a.N, nil
	}))
}

// listener is a sink that keeps what it is told.
type listener struct {
	mu     sync.Mutex
	starts []*combinators.Started
	events []combinators.Event
	lines  []string
	// onStart and onObserve, if not nil, are called outside the lock.
	onStart   func(context.Context) context.Context
	onObserve func(context.Context, combinators.Event)
}

func (l *listener) Enabled(context.Context) bool { return true }

func (l *listener) Start(ctx context.Context, e *combinators.Started) context.Context {
	l.mu.Lock()
	l.starts = append(l.starts, e)
	l.lines = append(l.lines, line(e.Step, e.Action, e))
	l.mu.Unlock()
	if l.onStart != nil {
		return l.onStart(ctx)
	}
	return ctx
}

func (l *listener) Observe(ctx context.Context, e combinators.Event) {
	l.mu.Lock()
	l.events = append(l.events, e)
	if ended, ok := e.(*combinators.Ended); ok {
		l.lines = append(l.lines, line(ended.Step, ended.Action, ended))
	} else {
		l.lines = append(l.lines, e.Name())
	}
	l.mu.Unlock()
	if l.onObserve != nil {
		l.onObserve(ctx, e)
	}
}

func (l *listener) ended(t *testing.T) *combinators.Ended {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	require.NotEmpty(t, l.events)
	e, ok := l.events[len(l.events)-1].(*combinators.Ended)
	require.True(t, ok)
	return e
}

// synctestSleep passes time in a bubble.
func synctestSleep(d time.Duration) { time.Sleep(d) } // synctest

func line(step executor.Step, a actions.Action, e combinators.Event) string {
	return fmt.Sprintf("%s %s %s", step.Path(), actions.Name(a), e.Name())
}

func TestAnActionHasOneStartAndOneEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &listener{}
		exec := combinators.Observed(l)(executor.Func(func(context.Context, actions.Action) (any, error) {
			synctestSleep(3 * time.Second)
			return 7, nil
		}))
		began := time.Now()

		_, err := orchestrate.Run(executor.WithRun(t.Context(), "r-1"), orchestrate.Lift(ask{N: 7}), exec)

		require.NoError(t, err)
		require.Equal(t, []string{"0 combinators_test.ask started", "0 combinators_test.ask succeeded"}, l.lines)
		e := l.ended(t)
		require.Same(t, l.starts[0], &e.Started, "the end knows its beginning")
		require.Equal(t, ask{N: 7}, e.Action)
		require.Equal(t, "r-1", e.Step.Run())
		require.Equal(t, began, e.At)
		require.Equal(t, 3*time.Second, e.Took)
		require.Equal(t, 7, e.Result)
		require.NoError(t, e.Err)
		require.Equal(t, combinators.Success, e.Class)
	})
}

func TestSinksShareTheirReadingsOfTheClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := func() *listener {
			return &listener{
				onStart:   func(ctx context.Context) context.Context { synctestSleep(time.Hour); return ctx },
				onObserve: func(context.Context, combinators.Event) { synctestSleep(time.Hour) },
			}
		}
		sinks := []*listener{slow(), slow(), slow()}
		began := time.Now()

		_, err := combinators.Observed(sinks[0], sinks[1], sinks[2])(answers()).Execute(t.Context(), ask{})

		require.NoError(t, err)
		for _, l := range sinks {
			require.Equal(t, began, l.starts[0].At)
			require.Equal(t, 3*time.Hour, l.ended(t).Took, "what the sinks themselves took before, and not after")
		}
	})
}

func TestLayersThatFollowOneAnotherShareThemToo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := &listener{
			onStart:   func(ctx context.Context) context.Context { synctestSleep(time.Hour); return ctx },
			onObserve: func(context.Context, combinators.Event) { synctestSleep(time.Hour) },
		}
		other, below := &listener{}, &listener{}
		exec := combinators.Chain(
			combinators.Observed(slow), combinators.Observed(), combinators.Observed(other),
			combinators.Recovered(), combinators.Observed(below),
		)(answers())
		began := time.Now()

		_, err := exec.Execute(t.Context(), ask{})

		require.NoError(t, err)
		require.Equal(t, began, other.starts[0].At)
		require.Equal(t, time.Hour, other.ended(t).Took)
		require.Equal(t, began.Add(time.Hour), below.starts[0].At, "another layer stands between")
		require.Equal(t, "Observed(*combinators_test.listener) > Observed > Observed(*combinators_test.listener) > "+
			"Recovered > Observed(*combinators_test.listener) > Mux(1)", executor.Layers(exec).String())
	})
}

func TestALayerOfSomeActionsSharesWithThoseBelowAndKeepsItsName(t *testing.T) {
	t.Parallel()
	some, all := &listener{}, &listener{}
	exec := combinators.Chain(
		combinators.For[ask](combinators.Observed(some)), combinators.Observed(all),
	)(executor.NewMux(answers(), executor.On(func(context.Context, getQuote) (string, error) { return "", nil })))
	for _, a := range []actions.Action{ask{}, getQuote{}} {
		_, err := exec.Execute(context.Background(), a)
		require.NoError(t, err)
	}
	require.Len(t, some.lines, 2)
	require.Len(t, all.lines, 4)
	require.Same(t, some.starts[0], all.starts[0])
	require.Equal(t, "For[combinators_test.ask](Observed(*combinators_test.listener)) > "+
		"Observed(*combinators_test.listener) > Mux(2)", executor.Layers(exec).String())
}

func TestOutcomesHaveTheClassThatTheIncomingContextGives(t *testing.T) {
	t.Parallel()
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	for _, c := range []struct {
		ctx  context.Context
		a    actions.Action
		want string
	}{
		{context.Background(), ask{N: 1}, "succeeded"},
		{context.Background(), ask{N: -1}, "failed"},
		{cancelled, ask{N: 1}, "ended"},
	} {
		l := &listener{}
		_, err := combinators.Observed(l)(answers()).Execute(c.ctx, c.a)
		require.Equal(t, c.want, l.ended(t).Name())
		require.Equal(t, err, l.ended(t).Err)
	}
}

func TestAsTheOutermostLayerItObservesGroupsAndWhatIsInThem(t *testing.T) {
	t.Parallel()
	l := &listener{}
	exec := combinators.Chain(combinators.Observed(l), combinators.Parallelize())(answers())

	_, err := orchestrate.Run(context.Background(), func(y actions.Yield) (int, error) {
		return orchestrate.Scope(y, "outer", func(y actions.Yield) (int, error) {
			if _, err := orchestrate.All(y, orchestrate.Lift(ask{N: 1})); err != nil {
				return 0, err
			}
			return orchestrate.Do(y, ask{N: 2})
		})
	}, exec)

	require.NoError(t, err)
	require.Equal(t, []string{
		"0 scope outer started",
		"0.0.0 all started",
		"0.0.0.0.0 combinators_test.ask started",
		"0.0.0.0.0 combinators_test.ask succeeded",
		"0.0.0 all succeeded",
		"0.0.1 combinators_test.ask started",
		"0.0.1 combinators_test.ask succeeded",
		"0 scope outer succeeded",
	}, l.lines)
	require.Equal(t, []string{"outer"}, l.starts[2].Step.Scopes())
}

func TestBelowParallelizeItObservesSingleActions(t *testing.T) {
	t.Parallel()
	l := &listener{}
	exec := combinators.Chain(combinators.Parallelize(), combinators.Observed(l))(answers())

	_, err := orchestrate.Run(context.Background(), func(y actions.Yield) ([]int, error) {
		return orchestrate.All(y, orchestrate.Lift(ask{N: 1}))
	}, exec)

	require.NoError(t, err)
	require.Equal(t, []string{"0.0.0 combinators_test.ask started", "0.0.0 combinators_test.ask succeeded"}, l.lines)
}

func TestTwoLayersBothSeeGroupsActionsAndWhatCombinatorsReport(t *testing.T) {
	t.Parallel()
	outer, inner := &listener{}, &listener{}
	exec := combinators.Chain(combinators.Observed(outer), combinators.Observed(inner), combinators.Parallelize(),
		combinators.Tapped(combinators.Tap{Before: func(context.Context, actions.Action) error { panic("oh") }}),
	)(answers())

	_, err := orchestrate.Run(context.Background(), func(y actions.Yield) ([]int, error) {
		return orchestrate.All(y, orchestrate.Lift(ask{N: 1}))
	}, exec)

	require.Error(t, err)
	want := []string{
		"0 all started", "0.0.0 combinators_test.ask started", "callback panicked", "rejected",
		"0.0.0 combinators_test.ask failed", "0 all failed",
	}
	require.Equal(t, want, outer.lines)
	require.Equal(t, want, inner.lines)
}

func TestAFlowInAHandlerIsObservedWithItsOwnSteps(t *testing.T) {
	t.Parallel()
	l := &listener{}
	type outer struct{ actions.Returns[int] }
	var exec executor.Executor
	handler := executor.On(func(ctx context.Context, _ outer) (int, error) {
		return orchestrate.Run(ctx, orchestrate.Lift(ask{N: 1}), exec)
	})
	exec = combinators.Observed(l)(executor.NewMux(answers(), handler))

	_, err := orchestrate.Run(context.Background(), orchestrate.Lift(outer{}), exec)

	require.NoError(t, err)
	require.Equal(t, []string{
		"0 combinators_test.outer started",
		"0.0.0 combinators_test.ask started",
		"0.0.0 combinators_test.ask succeeded",
		"0 combinators_test.outer succeeded",
	}, l.lines)
}

func TestHandlersSeeWhatSinksPutIntoTheContext(t *testing.T) {
	t.Parallel()
	type key struct{}
	put := &listener{onStart: func(ctx context.Context) context.Context { return context.WithValue(ctx, key{}, "put") }}
	forgot := &listener{onStart: func(context.Context) context.Context { return nil }}
	var seen []any
	see := &listener{onObserve: func(ctx context.Context, _ combinators.Event) { seen = append(seen, ctx.Value(key{})) }}
	handler := func(ctx context.Context, _ actions.Action) (any, error) {
		seen = append(seen, ctx.Value(key{}))
		return nil, nil
	}

	_, err := combinators.Observed(see, put, forgot)(executor.Func(handler)).Execute(context.Background(), ask{})

	require.NoError(t, err)
	require.Equal(t, []any{"put", "put"}, seen)
}

func TestWhileNoSinkIsEnabledObservedCostsNothing(t *testing.T) {
	exec := combinators.Observed(deaf{}, deaf{})(answer{})
	ctx, a := context.Background(), actions.Action(ask{N: 1})
	require.Zero(t, testing.AllocsPerRun(100, func() { _, _ = exec.Execute(ctx, a) }))
}

func TestAnObservedActionIsOneAllocation(t *testing.T) {
	exec := combinators.Observed(deaf{on: true}, deaf{on: true})(answer{})
	ctx, a := context.Background(), actions.Action(ask{N: 1})
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() { _, _ = exec.Execute(ctx, a) }), 1.0)
}

func TestASinkThatIsNilOrThereAlreadyIsRefused(t *testing.T) {
	t.Parallel()
	require.PanicsWithValue(t, "combinators.Observed: sink 1 is nil", func() { combinators.Observed(deaf{}, nil) })
	l := &listener{}
	require.PanicsWithValue(t, "combinators.Observed: sink 2 is there already",
		func() { combinators.Observed(l, &listener{}, l) })
	require.PanicsWithValue(t, "combinators.Observed: the executor to wrap is nil",
		func() { combinators.Observed()(nil) })
}

func TestTheLayerNamesItsSinks(t *testing.T) {
	t.Parallel()
	exec := combinators.Observed(deaf{}, deaf{})(answers())
	require.Equal(t, "Observed(combinators_test.deaf, combinators_test.deaf) > Mux(1)", executor.Layers(exec).String())
}
