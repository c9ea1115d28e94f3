package explore_test

import (
	"context"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
)

// stubborn is a flow that wants to go on: it recovers, and yields in deferred functions, in branches and shields.
func stubborn(y actions.Yield) (n int, err error) {
	branch := func(k int) orchestrate.Orchestration[int] {
		return func(y actions.Yield) (n int, err error) {
			defer func() {
				_ = recover()
				_, _ = orchestrate.Do(y, do{N: 10 * k})
				_, _ = orchestrate.Shield(y, sequence(20*k))
				_, err = orchestrate.All(y, sequence(30*k), sequence(40*k))
			}()
			return orchestrate.Saga(y, func(y actions.Yield, u *orchestrate.Undo) (int, error) {
				_, _ = orchestrate.Undoable(y, u, do{N: k}, undo{N: k})
				return orchestrate.Race(y, sequence(50*k, 51*k), sequence(60*k), func(y actions.Yield) (int, error) {
					_ = orchestrate.Tell(y, actions.Sleep{For: time.Hour})
					return orchestrate.Do(y, actions.Receive[int]{Name: "event"})
				})
			})
		}
	}
	defer func() {
		_ = recover()
		_, err = orchestrate.Settle(y, branch(5), branch(6))
	}()
	return orchestrate.Any(y, branch(2), branch(3))
}

// places are where a test may end from: each is told when its time has come.
var places = map[string]func(s *explore.Schedule, w *world, end func()) executor.Executor{
	"a handler": func(_ *explore.Schedule, w *world, end func()) executor.Executor {
		return executor.Func(func(ctx context.Context, a actions.Action) (any, error) {
			end()
			return w.mux().Execute(ctx, a)
		})
	},
	"an invariant": func(s *explore.Schedule, w *world, end func()) executor.Executor {
		s.Always(end)
		return w.mux()
	},
	"what happens meanwhile": func(s *explore.Schedule, w *world, end func()) executor.Executor {
		s.Meanwhile("end", end)
		return w.mux()
	},
}

func TestASchedulesEndIsTheEndOfAllItsGoroutines(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(s *explore.Schedule){
		"a failed assertion":          func(s *explore.Schedule) { s.Errorf("enough"); s.FailNow() },
		"a panic":                     func(*explore.Schedule) { panic("enough") },
		"an assertion on the outer t": func(*explore.Schedule) { runtime.Goexit() },
	} {
		for where, place := range places {
			for _, at := range []int{0, 1, 2, 5, 9} { // actions
				var ended atomic.Bool
				bounds := explore.Bounds{Cancels: 1, MaxSchedules: 60}
				text := failure(func(t explore.TB) {
					explore.Schedules(t, bounds, func(s *explore.Schedule) {
						s.Send("event", 1)
						w := newWorld()
						_, _ = explore.Run(s, stubborn, place(s, w, func() {
							if w.calls >= at {
								ended.Store(true)
								end(s)
							}
						}))
					})
				})
				if where == "a handler" && name == "a panic" {
					require.Empty(t, text, "an answer like another")
					continue
				}
				require.Equal(t, ended.Load(), text != "", "%s in %s after %d actions", name, where, at)
			}
		}
	}
}
