package explore_test

import (
	"context"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
)

func TestMisuseIsAClearFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, testMisuse) // in which it takes no time to see that a goroutine does not end
}

func testMisuse(t *testing.T) {
	counter := 0
	leave := make(chan struct{})
	defer close(leave)
	run := func(flow orchestrate.Orchestration[int]) func(*explore.Schedule) {
		return func(s *explore.Schedule) { _, _ = explore.Run(s, flow, newWorld().mux()) }
	}
	for name, c := range map[string]struct {
		body func(s *explore.Schedule)
		want string
	}{
		"no run":     {func(*explore.Schedule) {}, "the body ran no orchestration"},
		"a nil flow": {run(nil), "the body panicked: panic: explore.Run: the orchestration is nil"},
		"a body that panics": {func(s *explore.Schedule) {
			run(sequence(1))(s)
			panic("oh")
		}, "the body panicked: panic: oh"},
		"assertions on the wrong test": {func(s *explore.Schedule) {
			run(sequence(1))(s)
			runtime.Goexit()
		}, "it is to make assertions on the schedule, not on t"},
		"an invariant that panics": {func(s *explore.Schedule) {
			s.Always(func() { panic("never") })
			run(sequence(1))(s)
		}, "an invariant panicked: panic: never"},
		"a run that never ends": {run(func(y actions.Yield) (int, error) {
			for {
				_, _ = orchestrate.Do(y, do{})
			}
		}), "asked for more than 100 actions, and may never end. The last is step 100, explore_test.do{N: 0}"},
		"a counter from outside": {run(func(y actions.Yield) (int, error) {
			counter++
			return orchestrate.Do(y, do{N: counter})
		}), "two runs of the same beginning differ"},
		"a foreign goroutine": {run(func(y actions.Yield) (n int, err error) {
			var other sync.WaitGroup
			other.Go(func() { n, err = orchestrate.Do(y, do{N: 1}) })
			other.Wait()
			return n, err
		}), "step 0, explore_test.do{N: 1}, was asked for on a goroutine that is not the orchestration's"},
		"a goroutine left behind": {run(func(actions.Yield) (int, error) {
			go func() { <-leave }()
			return 0, nil
		}), "goroutines are left behind"},
		"a handler that exits": {func(s *explore.Schedule) {
			_, _ = explore.Run(s, sequence(1), executor.Func(func(context.Context, actions.Action) (any, error) {
				runtime.Goexit()
				return nil, nil
			}))
		}, "the orchestration, or a handler, exited its goroutine"},
	} {
		bounds := explore.Bounds{MaxSteps: 100, Workers: 1}
		require.Contains(t, failure(func(t explore.TB) { explore.Schedules(t, bounds, c.body) }), c.want, name)
	}
}

func TestBadBoundsAreRefused(t *testing.T) {
	t.Parallel()
	require.PanicsWithValue(t, "explore.Bounds: Faults must be at least 0, got -2", func() {
		explore.Schedules(t, explore.Bounds{Faults: -2}, func(*explore.Schedule) {})
	})
	require.PanicsWithValue(t, "explore: the body is nil", func() { explore.Schedules(t, explore.Bounds{}, nil) })
}

func TestAForeignGoroutineIsToldInOtherSchedulesThanTheFirstToo(t *testing.T) {
	t.Parallel()
	body := func(s *explore.Schedule) {
		_, _ = explore.Run(s, func(y actions.Yield) (n int, err error) {
			if n, err = orchestrate.Do(y, do{N: 1}); err != nil {
				var other sync.WaitGroup
				other.Go(func() { err = orchestrate.Tell(y, undo{N: 1}) })
				other.Wait()
			}
			return n, err
		}, newWorld().mux())
	}
	text := failure(func(t explore.TB) { explore.Schedules(t, noCrash, body) })
	require.Equal(t, "fail 0", schedule(text))
	require.Contains(t, text, "step 1, explore_test.undo{N: 1}, was asked for on a goroutine that is not")
	text = failure(func(t explore.TB) { explore.Replay(t, noCrash, "lose 0", body) })
	require.Contains(t, text, "step 1, explore_test.undo{N: 1}, was asked for on a goroutine that is not")
}

func TestAGoroutineLeftBehindByAnotherScheduleThanTheFirstIsToldToo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		leave := make(chan struct{})
		defer close(leave)
		text := failure(func(t explore.TB) {
			explore.Schedules(t, noCrash, func(s *explore.Schedule) {
				if _, err := explore.Run(s, sequence(1), newWorld().mux()); err != nil {
					go func() { <-leave }()
				}
			})
		})
		require.Contains(t, text, "explore: goroutines are left behind, not by the first schedule, but by another of 3:")
		require.Contains(t, text, "misuse_test.go")
	})
}

func TestBoundsThatPanicAreAFailure(t *testing.T) {
	t.Parallel()
	both := func(y actions.Yield) (int, error) {
		_, err := orchestrate.All(y, sequence(1, 2), sequence(3, 4))
		return 0, err
	}
	for name, bounds := range map[string]explore.Bounds{
		"faults":    {FaultsOf: func(a actions.Action) []explore.Fault { panic(a) }},
		"conflicts": {Conflicts: func(a, _ actions.Action) bool { panic(a) }},
		"Conflicts is not symmetric: of explore_test.do{N: 2} and explore_test.do{N: 3}": {
			Conflicts: func(a, b actions.Action) bool { return a.(do).N < b.(do).N },
		},
	} {
		text := failure(func(t explore.TB) {
			explore.Schedules(t, bounds, func(s *explore.Schedule) { _, _ = explore.Run(s, both, newWorld().mux()) })
		})
		if strings.Contains(name, " ") {
			require.Contains(t, text, name)
			continue
		}
		require.Contains(t, text, "a function in the bounds panicked: panic: ", name)
		require.Contains(t, text, "misuse_test.go", name)
	}
}
