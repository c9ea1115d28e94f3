package combinators_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
)

func TestAVetoCallsNothingAndComesBackAsNotDone(t *testing.T) {
	t.Parallel()
	s, told := serviceOf(says("42")), &witness{}
	exec := combinators.Chain(
		combinators.Observed(told),
		combinators.Tapped(combinators.Tap{
			Before: func(context.Context, actions.Action) error { return errVeto },
			After:  func(context.Context, actions.Action, any, error) { t.Error("after what was not done") },
		}),
	)(s)

	_, err := askQuote(t.Context(), exec, getQuote{Symbol: "GO"})

	require.ErrorIs(t, err, errVeto)
	require.True(t, executor.NotDone(err))
	require.False(t, combinators.IsRejection(err), "only an error that says so is a rejection")
	require.Zero(t, s.calls())
	require.Len(t, told.events(), 1)
	refused, ok := told.events()[0].(*combinators.Refused)
	require.True(t, ok)
	require.Equal(t, "Tapped", refused.By)
	require.Equal(t, getQuote{Symbol: "GO"}, refused.Action)
	require.Equal(t, "0", refused.Step.Path())
	require.ErrorIs(t, refused.Err, errVeto)
}

func TestADeniedActionIsARejectionAndIsNotRetried(t *testing.T) {
	t.Parallel()
	asked := 0
	exec := combinators.Chain(
		combinators.Retried(combinators.Retry{Schedule: backoff.Constant(0)}),
		combinators.Tapped(combinators.Tap{Before: func(_ context.Context, a actions.Action) error {
			asked++
			return fmt.Errorf("check: %w", &combinators.DeniedError{Action: a, Reason: "not an admin"})
		}}),
	)(serviceOf(says("42")))

	_, err := askQuote(t.Context(), exec, getQuote{})

	var denied *combinators.DeniedError
	require.ErrorAs(t, err, &denied)
	require.Equal(t, "not an admin", denied.Reason)
	require.True(t, combinators.IsRejection(err))
	require.Equal(t, 1, asked)
}

func TestAnErrorThatSaysItselfThatNothingWasDoneComesBackAsItIs(t *testing.T) {
	t.Parallel()
	veto := &combinators.DeniedError{Reason: "closed"}
	denies := combinators.Tap{Before: func(context.Context, actions.Action) error { return veto }}
	_, err := combinators.Tapped(denies)(answer{}).Execute(t.Context(), ask{})
	require.Same(t, veto, err)
}

func TestACheckThatPanicsLetsNothingPass(t *testing.T) {
	t.Parallel()
	s, told := serviceOf(says("42")), &witness{}
	exec := combinators.Chain(
		combinators.Observed(told),
		combinators.Tapped(combinators.Tap{Before: func(context.Context, actions.Action) error { panic("oh") }}),
	)(s)

	_, err := askQuote(t.Context(), exec, getQuote{})

	var panicked *executor.PanicError
	require.ErrorAs(t, err, &panicked)
	require.True(t, executor.NotDone(err))
	require.Zero(t, s.calls())
	require.Len(t, told.events(), 2)
	require.Equal(t, &combinators.CallbackPanicked{Callback: "Tap.Before", Panic: panicked}, told.events()[0])
}

func TestAfterSeesResultAndError(t *testing.T) {
	t.Parallel()
	var saw []any
	tap := combinators.Tap{After: func(_ context.Context, a actions.Action, result any, err error) {
		saw = append(saw, a, result, err)
		panic("after") // contained
	}}
	both := executor.Func(func(context.Context, actions.Action) (any, error) { return 1, errDown })

	v, err := combinators.Tapped(tap)(both).Execute(t.Context(), ask{N: 3})

	require.Equal(t, 1, v)
	require.Equal(t, errDown, err)
	require.Equal(t, []any{ask{N: 3}, 1, errDown}, saw)
}

func TestAfterSeesAPanicAndAnExitWhichGoOn(t *testing.T) {
	t.Parallel()
	var saw error
	tapped := combinators.Tapped(combinators.Tap{After: func(_ context.Context, _ actions.Action, _ any, err error) {
		saw = err
	}})
	panics := func(context.Context, actions.Action) (any, error) { panic(errDown) }
	require.PanicsWithError(t, "panic: "+errDown.Error(), func() {
		_, _ = tapped(executor.Func(panics)).Execute(context.Background(), ask{})
	})
	require.ErrorIs(t, saw, errDown)

	exits := func(context.Context, actions.Action) (any, error) { runtime.Goexit(); return nil, nil }
	returned := false
	var wg sync.WaitGroup
	wg.Go(func() {
		_, _ = tapped(executor.Func(exits)).Execute(context.Background(), ask{})
		returned = true
	})
	wg.Wait()
	require.False(t, returned)
	require.EqualError(t, saw, "the handler exited its goroutine")
}

func TestHooksNestLikeCalls(t *testing.T) {
	t.Parallel()
	var calls []string
	tap := func(name string) combinators.Combinator {
		return combinators.Tapped(combinators.Tap{
			Before: func(context.Context, actions.Action) error { calls = append(calls, name+" before"); return nil },
			After:  func(context.Context, actions.Action, any, error) { calls = append(calls, name+" after") },
		})
	}
	_, err := combinators.Chain(tap("outer"), tap("inner"))(answer{}).Execute(t.Context(), ask{})
	require.NoError(t, err)
	require.Equal(t, []string{"outer before", "inner before", "inner after", "outer after"}, calls)
}

func TestHooksSeeAGroupAboveParallelizeAndWhatIsInItBelow(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var calls []string
	tap := func(name string) combinators.Combinator {
		return combinators.Tapped(combinators.Tap{Before: func(_ context.Context, a actions.Action) error {
			mu.Lock()
			defer mu.Unlock()
			calls = append(calls, name+" "+actions.Name(a))
			return nil
		}})
	}
	exec := combinators.Chain(tap("above"), combinators.Parallelize(), tap("below"))(answers())

	_, err := orchestrate.Run(t.Context(), func(y actions.Yield) ([]int, error) {
		return orchestrate.All(y, orchestrate.Each(ask{N: 1}, ask{N: 2})...)
	}, exec)

	require.NoError(t, err)
	require.Equal(t, []string{"above all", "below combinators_test.ask", "below combinators_test.ask"}, calls)
}

func TestTappingDoesNotAllocate(t *testing.T) {
	exec := combinators.Tapped(combinators.Tap{
		Before: func(context.Context, actions.Action) error { return nil },
		After:  func(context.Context, actions.Action, any, error) {},
	})(answer{})
	ctx, a := context.Background(), actions.Action(ask{N: 1})
	require.Zero(t, testing.AllocsPerRun(100, func() { _, _ = exec.Execute(ctx, a) }))
}

func TestADenialOfAnActionNamesIt(t *testing.T) {
	t.Parallel()
	err := &combinators.DeniedError{Action: ask{}, Reason: "closed"}
	require.EqualError(t, err, "combinators_test.ask denied: closed")
	require.EqualError(t, &combinators.DeniedError{Reason: "closed"}, "denied: closed")
}
