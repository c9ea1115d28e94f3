package orchestrate_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

func TestAYieldThatIsUsedAfterItsRunIsAnError(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld()
		var kept, keptBranch actions.Yield
		_, err := run(t.Context(), h, w, func(y actions.Yield) (int, error) {
			kept = y
			if _, err := orchestrate.Scope(y, "part", func(y actions.Yield) (int, error) {
				keptBranch = y
				return 0, nil
			}); err != nil {
				return 0, err
			}
			_, err := orchestrate.Do(keptBranch, Get{Name: "x"})
			require.EqualError(t, err, "orchestrate_test.Get: the run of this yield is over")
			return 0, nil
		})
		require.NoError(t, err)
		for _, y := range []actions.Yield{kept, keptBranch} {
			_, err := orchestrate.Do(y, Get{Name: "x"})
			require.ErrorIs(t, err, executor.ErrOver)
		}
		require.Empty(t, w.done())
	})
}

func TestTheOuterYieldUsedInsideABranchIsAnError(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld()
		_, err := run(t.Context(), h, w, func(outer actions.Yield) (int, error) {
			wrong := func(actions.Yield) (int, error) { return orchestrate.Do(outer, Get{Name: "x"}) }
			for _, group := range []func() error{
				func() error { _, err := orchestrate.All(outer, wrong, wrong); return err },
				func() error { _, err := orchestrate.Scope(outer, "part", wrong); return err },
				func() error { return orchestrate.Together(outer, orchestrate.IntoFlow(nil, wrong)) },
				func() error { _, err := orchestrate.WithTimeout(outer, time.Hour, wrong); return err },
			} {
				require.ErrorIs(t, group(), executor.ErrLent)
			}
			return orchestrate.Do(outer, Get{Name: "the yield works again"})
		})
		require.NoError(t, err)
		require.Equal(t, []string{"the yield works again"}, w.done())
	})
}

func TestAYieldUsedByAnotherGoroutineWhileItIsLentIsAnError(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		var y actions.Yield
		w := newWorld().on("x", func(context.Context, func()) (int, error) {
			errs := make([]error, 20)
			var all sync.WaitGroup
			for i := range errs {
				all.Go(func() { _, errs[i] = y(Get{Name: "other"}) })
			}
			all.Wait()
			for _, err := range errs {
				if !errors.Is(err, executor.ErrLent) {
					return 0, errors.Join(errs...)
				}
			}
			return 7, nil
		})
		n, err := run(t.Context(), h, w, func(given actions.Yield) (int, error) {
			y = given
			return orchestrate.Do(y, Get{Name: "x"})
		})
		require.NoError(t, err)
		require.Equal(t, 7, n)
		require.Empty(t, w.done())
	})
}

// Whoever comes first is served: nobody else is, and nothing races (run it under -race).
func TestTwoGoroutinesAtOneYieldDoNotRace(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld()
		served := 0
		_, err := run(t.Context(), h, w, func(y actions.Yield) (int, error) {
			var mu sync.Mutex
			var all sync.WaitGroup
			for range 20 {
				all.Go(func() {
					_, err := orchestrate.Do(y, Get{Name: "x"})
					mu.Lock()
					defer mu.Unlock()
					if err == nil {
						served++
					} else if !errors.Is(err, executor.ErrLent) {
						t.Error(err)
					}
				})
			}
			all.Wait()
			return 0, nil
		})
		require.NoError(t, err)
		require.NotZero(t, served)
		require.Len(t, w.done(), served)
	})
}

func TestNilsAreErrorsThatNameWhatIsMissing(t *testing.T) {
	t.Parallel()
	var none orchestrate.Orchestration[int]
	exec := executor.NewMux()
	missing := func(err error, want string) {
		t.Helper()
		require.EqualError(t, err, want)
	}
	runs := func(ctx context.Context, flow orchestrate.Orchestration[int], exec executor.Executor) error {
		_, err := orchestrate.Run(ctx, flow, exec)
		return err
	}
	missing(runs(nil, get("x"), exec), "orchestrate.Run: the context is nil")
	missing(runs(t.Context(), nil, exec), "orchestrate.Run: the flow is nil")
	missing(runs(t.Context(), orchestrate.Bind[string, int](nil, ""), exec), "orchestrate.Run: the flow is nil")
	missing(runs(t.Context(), get("x"), nil), "orchestrate.Run: the executor is nil")
	missing(runs(t.Context(), get("x"), (*executor.Mux)(nil)), "panic: executor.Yield: the executor is nil")
	missing(runs(t.Context(), get("x"), executor.Func(nil)), "panic: executor.Yield: the executor is nil")

	for _, y := range []actions.Yield{nil, func(actions.Action) (any, error) { return nil, nil }} {
		_, err := orchestrate.All(y, get("x"), none)
		missing(err, `orchestrate: flow 1 of "all" is nil`)
		_, err = orchestrate.Settle(y, none)
		missing(err, `orchestrate: flow 0 of "settle" is nil`)
		_, err = orchestrate.Any(y, none)
		missing(err, `orchestrate: flow 0 of "any" is nil`)
		_, err = orchestrate.Race(y, none)
		missing(err, `orchestrate: flow 0 of "race" is nil`)
		missing(orchestrate.Together(y, orchestrate.Into(nil, Get{}), orchestrate.IntoFlow(nil, none)),
			"orchestrate.Together: the flow of branch 1 is nil")
		missing(orchestrate.Together(y, orchestrate.Branch{}), "orchestrate.Together: the flow of branch 0 is nil")
		missing(orchestrate.Select(y, orchestrate.When(Get{}, nil), orchestrate.WhenFlow(none, nil)),
			"orchestrate.Select: the flow of case 1 is nil")
		missing(orchestrate.Select(y, orchestrate.Case{}), "orchestrate.Select: the flow of case 0 is nil")
		_, err = orchestrate.WithTimeout(y, 1, none)
		missing(err, "orchestrate.WithTimeout: the flow is nil")
		_, err = orchestrate.Retry(y, nil, none)
		missing(err, "orchestrate.Retry: the flow is nil")
		_, err = orchestrate.Poll[int](y, nil, nil)
		missing(err, "orchestrate.Poll: the flow is nil")
		_, err = orchestrate.Scope(y, "part", none)
		missing(err, "orchestrate.Scope: the flow is nil")
		_, err = orchestrate.Scope(y, "", get("x"))
		missing(err, "orchestrate.Scope: the name is empty")
		_, err = orchestrate.Shield(y, none)
		missing(err, "orchestrate.Shield: the flow is nil")
		_, err = orchestrate.Saga[int](y, nil)
		missing(err, "orchestrate.Saga: the flow is nil")
	}
	require.Nil(t, orchestrate.FromSeq(nil))
	steps := orchestrate.Steps(none)
	for range steps.All() {
		t.Error("there is nothing to step through")
	}
	_, err := steps.Result()
	missing(err, "orchestrate.Steps: the flow is nil")
}

func TestANilYieldIsAnErrorEverywhere(t *testing.T) {
	t.Parallel()
	for name, c := range stepFailures() {
		_, err := c.flow(nil)
		require.ErrorContains(t, err, "orchestrate: the yield is nil", name)
	}
}

func TestANilActionIsAnErrorAtItsYield(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		_, err := run(t.Context(), h, newWorld(), func(y actions.Yield) (int, error) {
			return orchestrate.Do[actions.Of[int]](y, nil)
		})
		require.EqualError(t, err, "step 0: nil: the action is nil")
		_, err = run(t.Context(), h, newWorld(), func(y actions.Yield) (int, error) {
			return orchestrate.Any(y, orchestrate.Each[actions.Of[int]](nil, nil)...)
		})
		require.EqualError(t, err, "step 0: any: executor: branch 0 of a group needs either a Leaf or a Flow")
	})
}

func TestAPointerToAnActionIsAnErrorThatSaysSo(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		for _, a := range []*Get{{Name: "x"}, nil} {
			_, err := run(t.Context(), h, newWorld(), orchestrate.Lift(a))
			require.EqualError(t, err, "step 0: orchestrate_test.Get: no handler for *orchestrate_test.Get: "+
				"yield the value orchestrate_test.Get{…}, not a pointer to it")
		}
	})
}
