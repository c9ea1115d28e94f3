package executor_test

import (
	"context"
	"errors"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

func TestAYieldIsOverWhenItsRunIs(t *testing.T) {
	t.Parallel()
	y, end := executor.Yield(t.Context(), stack())
	require.Equal(t, "hi", must(t, y, say{Text: "hi"}))
	end()
	end()
	_, err := y(see(func(context.Context) { t.Error("called") }))
	require.ErrorIs(t, err, executor.ErrOver)
	require.EqualError(t, err, "executor_test.call: the run of this yield is over")
}

func TestABranchsYieldIsOverWhenTheBranchIs(t *testing.T) {
	t.Parallel()
	var kept actions.Yield
	yielding(t.Context(), stack(), func(y actions.Yield) {
		must(t, y, actions.Group{Branches: []actions.Branch{flow(func(y actions.Yield) (any, error) {
			kept = y
			return y(say{})
		})}})
		_, err := kept(say{})
		require.ErrorIs(t, err, executor.ErrOver)
	})
}

func TestALentYieldIsRefused(t *testing.T) {
	t.Parallel()
	yielding(t.Context(), stack(), func(outer actions.Yield) {
		lent := func() {
			_, err := outer(see(func(context.Context) { t.Error("called") }))
			require.ErrorIs(t, err, executor.ErrLent)
		}
		must(t, outer, see(func(context.Context) { lent() })) // in the handler
		must(t, outer, actions.Group{Branches: []actions.Branch{
			flow(func(y actions.Yield) (any, error) { // in a branch, on the caller's goroutine and beside it
				lent()
				return y(see(func(context.Context) { lent() }))
			}),
			flow(func(actions.Yield) (any, error) { lent(); return nil, nil }),
		}})
		must(t, outer, see(func(context.Context) { // from other goroutines
			var all sync.WaitGroup
			for range 32 {
				all.Go(lent)
			}
			all.Wait()
		}))
		require.Equal(t, "3", must(t, outer, pathOf()), "a refused yield takes no number")
	})
}

func TestARunThatEndsWhileItsYieldIsLentStaysOver(t *testing.T) {
	t.Parallel()
	y, end := executor.Yield(t.Context(), stack())
	must(t, y, see(func(context.Context) { end() }))
	_, err := y(say{})
	require.ErrorIs(t, err, executor.ErrOver)
}

func TestAYieldCanBeHandedFromGoroutineToGoroutine(t *testing.T) {
	t.Parallel()
	yielding(t.Context(), stack(), func(y actions.Yield) {
		for i := range 100 {
			done := make(chan any)
			go func() {
				v, _ := y(pathOf())
				done <- v
			}()
			require.Equal(t, strconv.Itoa(i), <-done)
		}
	})
}

func TestAPanicInAHandlerIsAnErrorAtTheYieldWithItsStack(t *testing.T) {
	t.Parallel()
	yielding(t.Context(), stack(), func(y actions.Yield) {
		_, err := y(do(func(context.Context) (string, error) { return explode(errOuch) }))
		var p *executor.PanicError
		require.ErrorAs(t, err, &p)
		require.ErrorIs(t, err, errOuch)
		require.EqualError(t, err, "step 0: executor_test.call: panic: ouch")
		require.Contains(t, string(p.Stack), "executor_test.explode(")
		require.Equal(t, "1", must(t, y, pathOf()), "the yield goes on")

		_, err = y(do(func(context.Context) (string, error) { return explode(nil) }))
		var nilPanic *runtime.PanicNilError
		require.ErrorAs(t, err, &nilPanic)
	})
}

//go:noinline
func explode(v any) (string, error) { panic(v) }

func TestAPanickingShieldIsAnErrorAtTheYield(t *testing.T) {
	t.Parallel()
	bad := true
	ctx := executor.WithShield(t.Context(), func(ctx context.Context) context.Context {
		if bad {
			panic("no shield")
		}
		return context.WithoutCancel(ctx)
	})
	yielding(ctx, stack(), func(y actions.Yield) {
		_, err := y(actions.Shielded{Action: say{}})
		require.EqualError(t, err, "step 0: executor_test.say: panic: no shield")
		r, err := y(actions.Group{Mode: actions.Settle, Branches: leaves(actions.Shielded{Action: say{}})})
		require.NoError(t, err)
		require.EqualError(t, r.(actions.GroupResult).Outcomes[0].Err, "step 1.0.0: executor_test.say: panic: no shield")
		bad = false
		require.Equal(t, "2", must(t, y, actions.Shielded{Action: pathOf()}), "the yield is not lost")
	})
}

func TestTheYieldOfAGoroutineThatExitsStaysLent(t *testing.T) {
	t.Parallel()
	var deferred error
	done := make(chan struct{})
	go func() {
		defer close(done)
		y, end := executor.Yield(t.Context(), stack())
		defer end()
		defer func() { _, deferred = y(say{}) }()
		_, _ = y(see(func(context.Context) { runtime.Goexit() }))
		t.Error("the exit was stopped")
	}()
	<-done
	require.ErrorIs(t, deferred, executor.ErrLent)
}

func TestADeferredFunctionCanYieldWhileTheOrchestrationPanics(t *testing.T) {
	t.Parallel()
	yielding(t.Context(), stack(), func(y actions.Yield) {
		require.PanicsWithValue(t, "orchestration", func() {
			defer func() {
				require.Equal(t, "0", must(t, y, pathOf()))
				_, err := y(do(func(context.Context) (string, error) { return explode("handler") }))
				require.EqualError(t, err, "step 1: executor_test.call: panic: handler")
			}()
			panic("orchestration")
		})
	})
}

func TestAYieldPassesOnEveryActionUnderADoneContextToo(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	seen := 0
	yielding(ctx, executor.Func(func(ctx context.Context, _ actions.Action) (any, error) {
		seen++
		return "from the records", nil
	}), func(y actions.Yield) {
		require.Equal(t, "from the records", must(t, y, say{}))
		v, err := y(nil)
		require.NoError(t, err)
		require.Equal(t, "from the records", v)
	})
	require.Equal(t, 2, seen)
}

func TestANilActionIsAnError(t *testing.T) {
	t.Parallel()
	yielding(t.Context(), stack(), func(y actions.Yield) {
		for _, a := range []actions.Action{nil, actions.Shielded{}, actions.Shielded{Action: actions.Shielded{}}} {
			_, err := y(a)
			require.ErrorContains(t, err, "nil: the action is nil")
		}
	})
}

func TestTheStackOfAHandlerShowsTheOrchestration(t *testing.T) {
	t.Parallel()
	stackOf := do(func(context.Context) (string, error) { return string(debug.Stack()), nil })
	yielding(t.Context(), stack(), func(y actions.Yield) {
		require.Contains(t, decide(y, stackOf), "executor_test.decide(")
		r := must(t, y, actions.Group{Branches: []actions.Branch{
			{Leaf: stackOf}, flow(func(y actions.Yield) (any, error) { return decide(y, stackOf), nil }),
		}}).(actions.GroupResult)
		require.Contains(t, r.Outcomes[0].Value, "TestTheStackOfAHandlerShowsTheOrchestration")
		require.Contains(t, r.Outcomes[1].Value, "executor_test.decide(")
	})
}

//go:noinline
func decide(y actions.Yield, a actions.Action) string {
	v, err := y(a)
	if err != nil {
		return err.Error()
	}
	return v.(string)
}

func TestResultAndErrorPassThroughTogether(t *testing.T) {
	t.Parallel()
	both := errors.New("half")
	yielding(t.Context(), executor.Func(func(context.Context, actions.Action) (any, error) { return 1, both }),
		func(y actions.Yield) {
			v, err := y(say{})
			require.Equal(t, 1, v)
			require.ErrorIs(t, err, both)
		})
}
