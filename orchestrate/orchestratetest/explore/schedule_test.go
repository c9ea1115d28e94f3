package explore_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
)

var noCrash = explore.Bounds{Crashes: explore.None}

var calm = explore.Bounds{Faults: explore.None, Crashes: explore.None}

func TestASagaLeavesNothingHalfDone(t *testing.T) {
	t.Parallel()
	report := explore.Schedules(t, explore.Bounds{}, func(s *explore.Schedule) {
		w := newWorld()
		if _, err := explore.Run(s, saga(10), w.mux()); err != nil {
			require.Empty(s, w.done)
		} else {
			require.Len(s, w.done, 10)
		}
	})
	require.True(t, report.Exhausted)
}

func TestASagaOfTenStepsIsExhaustedWithTwoFaultsAndACrash(t *testing.T) {
	t.Parallel()
	steps := make([]sketch, 10)
	for i := range steps {
		steps[i] = a(5 * i) // fails in the two ways in which every action does by default
	}
	b := brute{limits: limits{faults: 2, crashes: 1}, most: 10_000}
	require.True(t, b.enumerate(of(undos, steps...)))
	require.Equal(t, 6462, b.schedules)

	var undone atomic.Int64
	report := explore.Schedules(t, explore.Bounds{Faults: 2}, func(s *explore.Schedule) {
		w := newWorld()
		_, err := explore.Run(s, saga(10), w.mux())
		left, undoFailed := 0, (*orchestrate.SagaError)(nil)
		switch {
		case err == nil:
			left = 10
		case errors.As(err, &undoFailed):
			left = len(undoFailed.Undo)
		default:
			undone.Add(1)
		}
		require.LessOrEqual(s, len(w.done), left, "what is left was told")
	})
	require.True(t, report.Exhausted)
	require.Equal(t, b.schedules, report.Schedules)
	require.NotZero(t, undone.Load())
}

func TestTheShortestScheduleIsReported(t *testing.T) {
	t.Parallel()
	forgetful := func(y actions.Yield) (int, error) {
		if _, err := orchestrate.Do(y, do{N: 1}); err != nil {
			return 0, err // it may be done, though
		}
		n, err := orchestrate.Do(y, do{N: 2})
		if err != nil {
			return 0, errors.Join(err, orchestrate.Tell(y, undo{N: 2}), orchestrate.Tell(y, undo{N: 1}))
		}
		return n, nil
	}
	body := func(s *explore.Schedule) {
		w := newWorld()
		if _, err := explore.Run(s, forgetful, w.mux()); err != nil {
			require.Empty(s, w.done)
		}
	}
	text := failure(func(t explore.TB) { explore.Schedules(t, explore.Bounds{}, body) })
	require.Equal(t, "lose 0", schedule(text))
	require.Contains(t, text, "the answer was lost (carried out)")
	require.Contains(t, text, "Should be empty, but was map[1:true]")

	again := failure(func(t explore.TB) { explore.Replay(t, explore.Bounds{}, "lose 0", body) })
	require.Equal(t, "lose 0", schedule(again))
	require.Empty(t, failure(func(t explore.TB) { explore.Replay(t, explore.Bounds{}, "fail 0", body) }))
	require.Contains(t, failure(func(t explore.TB) { explore.Replay(t, explore.Bounds{}, "fail 0; lose 7", body) }),
		`nothing is left to "lose 7"`)
}

func TestBranchesTakeTheirStepsInEveryOrder(t *testing.T) {
	t.Parallel()
	var o orders
	explore.Schedules(t, calm, func(s *explore.Schedule) {
		w := newWorld()
		_, err := explore.Run(s, func(y actions.Yield) ([]int, error) {
			return orchestrate.All(y, sequence(1, 2), sequence(3, 4))
		}, w.mux())
		require.NoError(s, err)
		o.add("%v", w.order)
	})
	require.Equal(t, []string{"[1 2 3 4]", "[1 3 2 4]", "[1 3 4 2]", "[3 1 2 4]", "[3 1 4 2]", "[3 4 1 2]"}, o.all())
	for order, n := range o.seen {
		if order == "[1 2 3 4]" {
			n-- // the first one is run twice
		}
		require.Equal(t, 1, n, order)
	}
}

func TestActionsThatDoNotConflictAreNotTriedInEveryOrder(t *testing.T) {
	t.Parallel()
	bounds := calm
	bounds.Conflicts = func(a, b actions.Action) bool { return a.(do).N%2 == b.(do).N%2 }
	var o orders
	report := explore.Schedules(t, bounds, func(s *explore.Schedule) {
		w := newWorld()
		_, err := explore.Run(s, func(y actions.Yield) ([]int, error) {
			return orchestrate.All(y, sequence(1), sequence(2), sequence(3), sequence(4))
		}, w.mux())
		require.NoError(s, err)
		o.add("%v", w.order)
	})
	require.Equal(t, []string{"[1 2 3 4]", "[1 3 4 2]", "[2 3 1 4]", "[3 1 4 2]"}, o.all())
	require.Equal(t, 4, report.Schedules)
	require.True(t, report.Exhausted)
}

func TestTimersComeEarlyAndLateAndTakeNoTime(t *testing.T) {
	t.Parallel()
	var o orders
	begin := time.Now()
	explore.Schedules(t, calm, func(s *explore.Schedule) {
		_, err := explore.Run(s, func(y actions.Yield) (int, error) {
			before, _ := orchestrate.Do(y, actions.Now{})
			n, err := orchestrate.WithTimeout(y, 30*24*time.Hour, sequence(1, 2))
			after, _ := orchestrate.Do(y, actions.Now{})
			o.add("%v after %v", n, after.Sub(before))
			return n, err
		}, newWorld().mux())
		var late *orchestrate.TimeoutError
		if err != nil {
			require.ErrorAs(s, err, &late)
		}
	})
	require.Equal(t, []string{"0 after 720h0m0s", "2 after 0s"}, o.all())
	require.Less(t, time.Since(begin), time.Hour)
}

func TestEventsComeEarlyLateTwiceAndNever(t *testing.T) {
	t.Parallel()
	var o orders
	explore.Schedules(t, noCrash, func(s *explore.Schedule) {
		s.Send("approval", "yes")
		answer, err := explore.Run(s, func(y actions.Yield) (string, error) {
			if _, err := orchestrate.Do(y, do{N: 1}); err != nil {
				return "nothing done", nil
			}
			answer := "none"
			err := orchestrate.Select(y,
				orchestrate.When(actions.Receive[string]{Name: "approval"}, func(a string) error { answer = a; return nil }),
				orchestrate.When(actions.Sleep{For: time.Hour}, func(actions.Void) error { answer = "late"; return nil }),
			)
			return answer, err
		}, newWorld().mux())
		require.NoError(s, err)
		o.add("%s", answer)
	})
	require.Equal(t, []string{"late", "nothing done", "yes"}, o.all())
}

func TestARunThatWaitsForEverIsStuck(t *testing.T) {
	t.Parallel()
	text := failure(func(t explore.TB) {
		explore.Schedules(t, noCrash, func(s *explore.Schedule) {
			s.Send("approval", "yes")
			_, err := explore.Run(s, orchestrate.Lift(actions.Receive[string]{Name: "approval"}), newWorld().mux())
			require.NotErrorIs(s, err, explore.ErrStuck)
		})
	})
	require.Equal(t, `drop "approval"`, schedule(text))
	require.Contains(t, text, `- the run waits for ever: step 0 for actions.Receive[string]{Name: "approval"}`)
}

func TestARunIsCancelledAtEveryStep(t *testing.T) {
	t.Parallel()
	var o orders
	bounds := calm
	bounds.Cancels = 1
	explore.Schedules(t, bounds, func(s *explore.Schedule) {
		w := newWorld()
		_, err := explore.Run(s, saga(3), w.mux())
		if err != nil {
			require.ErrorIs(s, err, context.Canceled)
			require.Empty(s, w.done)
		}
		o.add("%d calls, %t", w.calls, err == nil)
	})
	require.Equal(t, []string{
		"0 calls, false", // before the first
		"2 calls, false", // before the second, or during the first
		"3 calls, true",
		"4 calls, false",
		"6 calls, false", // during the third
	}, o.all())
}

func TestACrashRepeatsAtMostTheActionThatWasUnderWay(t *testing.T) {
	t.Parallel()
	var o orders
	bounds := explore.Bounds{Faults: explore.None, Crashes: 1}
	report := explore.Schedules(t, bounds, func(s *explore.Schedule) {
		w := newWorld()
		keys := map[string]int{}
		mux := executor.Func(func(ctx context.Context, a actions.Action) (any, error) {
			key, err := executor.StepFrom(ctx).Key()
			require.NoError(s, err)
			keys[key]++
			return w.mux().Execute(ctx, a)
		})
		n, err := explore.Run(s, sequence(1, 2, 3), mux)
		require.NoError(s, err)
		require.Equal(s, 3, n)
		require.Len(s, keys, 3, "a repeated action has the key that it had before")
		o.add("%v", w.order)
	})
	require.Equal(t, []string{"[1 1 2 3]", "[1 2 2 3]", "[1 2 3 3]", "[1 2 3]"}, o.all())
	require.Equal(t, 1+3+4, report.Schedules, "as it goes, a crash after each action, and one before each and at the end")
}
