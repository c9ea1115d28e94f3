package orchestrate_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

func TestAHandlersErrorArrivesAtTheYieldAndCanBeHandled(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld().on("first", fails(errBoom)).on("second", answers(2))
		n, err := run(t.Context(), h, w, func(y actions.Yield) (int, error) {
			n, err := orchestrate.Do(y, Get{Name: "first"})
			if errors.Is(err, errBoom) {
				return orchestrate.Do(y, Get{Name: "second"})
			}
			return n, err
		})
		require.NoError(t, err)
		require.Equal(t, 2, n)
	})
}

type brokenError struct{ part string }

func (e *brokenError) Error() string { return e.part + " is broken" }

func TestIsAndAsReachTheHandlersErrorThroughRun(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld().on("x", fails(errors.Join(errBoom, &brokenError{"the crank"})))
		for name, flow := range stepFailures() {
			_, err := run(t.Context(), h, w, flow.flow)
			require.ErrorIs(t, err, errBoom, name)
			var broken *brokenError
			require.ErrorAs(t, err, &broken, name)
			require.Equal(t, "the crank", broken.part, name)
		}
	})
}

func TestExactlyOneWrappingSaysWhichActionFailedAtWhichStep(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld().on("x", fails(errBoom))
		for name, want := range stepFailures() {
			_, err := run(t.Context(), h, w, want.flow)
			found := stepErrors(err)
			require.Len(t, found, 1, name)
			require.Equal(t, want.path, found[0].Path, name)
			require.Equal(t, want.action, actions.Name(found[0].Action), name)
			require.Equal(t, 1, strings.Count(err.Error(), "step "), "%s: %v", name, err)
		}
	})
}

// stepErrors finds every StepError in the tree of an error.
func stepErrors(err error) (found []*executor.StepError) {
	switch e := err.(type) { //nolint:errorlint // walks the tree itself
	case *executor.StepError:
		return append(stepErrors(e.Err), e)
	case interface{ Unwrap() error }:
		return stepErrors(e.Unwrap())
	case interface{ Unwrap() []error }:
		for _, err := range e.Unwrap() {
			found = append(found, stepErrors(err)...)
		}
	}
	return found
}

func TestAPanicBecomesAnErrorWithItsStack(t *testing.T) {
	t.Parallel()
	inHandler := func(context.Context, func()) (int, error) {
		panicWith("here")
		return 0, nil
	}
	panicking := func(actions.Yield) (int, error) {
		panicWith("here")
		return 0, nil
	}
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld().on("x", inHandler)
		for name, c := range map[string]struct {
			flow orchestrate.Orchestration[int]
			want string
		}{
			"in a handler":       {get("x"), "step 0: orchestrate_test.Get: panic: here"},
			"in the flow itself": {panicking, "panic: here"},
			"in a handler of a branch": {func(y actions.Yield) (int, error) {
				return orchestrate.Race(y, get("x"))
			}, "step 0.0.0: orchestrate_test.Get: panic: here"},
			"in a branch": {func(y actions.Yield) (int, error) {
				_, err := orchestrate.All(y, get("y"), panicking)
				return 0, err
			}, "step 0: all: branch 1: panic: here"},
			"in a scope": {func(y actions.Yield) (int, error) {
				return orchestrate.Scope(y, "part", panicking)
			}, "step 0: scope part: panic: here"},
		} {
			_, err := run(t.Context(), h, w, c.flow)
			require.EqualError(t, err, c.want, name)
			var panicked *executor.PanicError
			require.ErrorAs(t, err, &panicked, name)
			require.Equal(t, "here", panicked.Value, name)
			require.Contains(t, string(panicked.Stack), "orchestrate_test.panicWith", name)
		}
	})
}

func TestDeferredFunctionsHaveRunWhenRunReturns(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		for name, ends := range map[string]func(cancel func()) behaviour{
			"with a result":        func(func()) behaviour { return answers(1) },
			"with an error":        func(func()) behaviour { return fails(errBoom) },
			"with a panic":         func(func()) behaviour { return panics("x") },
			"because of its owner": func(cancel func()) behaviour { return calls(cancel, hangs) },
		} {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			deferred := 0
			within := func(y actions.Yield) (int, error) {
				defer func() { deferred++ }()
				return orchestrate.Do(y, Get{Name: "x"})
			}
			_, _ = run(ctx, h, newWorld().on("x", ends(cancel)), func(y actions.Yield) (int, error) {
				defer func() { deferred++ }()
				return orchestrate.Scope(y, "part", within)
			})
			require.Equal(t, 2, deferred, name)
		}
	})
}

// exitOf runs f on a goroutine and tells whether it returned or exited the goroutine.
func exitOf(f func()) (returned bool) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		f()
		returned = true
	}()
	<-ended
	return returned
}

func TestAHandlerThatExitsItsGoroutineExitsRunAndHangsNoGroup(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld().on("exit", exits).on("hang", hangs)
		for name, flow := range map[string]orchestrate.Orchestration[int]{
			"alone": get("exit"),
			"first": func(y actions.Yield) (int, error) { return orchestrate.Race(y, get("exit"), get("hang")) },
			"of many": func(y actions.Yield) (int, error) {
				_, err := orchestrate.Settle(y, get("exit"), get("exit"), get("a"), get("hang"), get("exit"))
				return 0, err
			},
		} {
			deferred := false
			require.False(t, exitOf(func() {
				_, _ = run(context.WithoutCancel(t.Context()), h, w, func(y actions.Yield) (int, error) {
					defer func() { deferred = true }()
					return flow(y)
				})
			}), name)
			require.True(t, deferred, name)
		}
	})
	onConcurrentHosts(t, func(t *testing.T, h host) {
		w := newWorld().on("exit", exits).on("hang", hangs)
		require.False(t, exitOf(func() {
			_, _ = run(context.WithoutCancel(t.Context()), h, w, func(y actions.Yield) (int, error) {
				_, err := orchestrate.All(y, get("hang"), get("exit"), get("hang"))
				return 0, err
			})
		}))
	})
}

func TestCancellationIsSeenAtTheYield(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errBoom)
		defer cancel()
		w := newWorld().on("hang", hangs)
		var first, second error
		_, err := run(ctx, h, w, func(y actions.Yield) (int, error) {
			_, first = orchestrate.Do(y, Get{Name: "hang"})
			_, second = orchestrate.Do(y, Get{Name: "refused"})
			return 7, nil
		})
		require.NoError(t, err, "the orchestration handled it")
		require.EqualError(t, first, "step 0: orchestrate_test.Get: boom")
		require.EqualError(t, second, "step 1: orchestrate_test.Get: not started: context deadline exceeded: boom")
		require.ErrorIs(t, second, context.DeadlineExceeded)
		require.ErrorIs(t, second, errBoom)
		require.Empty(t, w.done())
	})
}

func TestAnOrchestrationCanBeRunAgainAndConcurrently(t *testing.T) {
	t.Parallel()
	// One value, which yields in every way there is.
	flow := orchestrate.Bind(func(y actions.Yield, names []string) (int, error) {
		return orchestrate.Scope(y, "part", saga(func(y actions.Yield, undo *orchestrate.Undo) (int, error) {
			n, err := orchestrate.Undoable(y, undo, Get{Name: names[0]}, Put{Name: "undo"})
			if err != nil {
				return 0, err
			}
			many, err := orchestrate.All(y, get(names[0]), get(names[1]), func(y actions.Yield) (int, error) {
				return orchestrate.WithTimeout(y, time.Hour, get(names[1]))
			})
			if err != nil {
				return 0, err
			}
			return n + many[0] + many[1] + many[2], nil
		}))
	}, []string{"one", "two"})
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld().on("one", answers(1)).on("two", answers(2))
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				for range 2 {
					n, err := run(t.Context(), h, w, flow)
					if err != nil || n != 6 {
						t.Errorf("got %d, %v", n, err)
					}
				}
			})
		}
		all.Wait()
	})
}
