package orchestrate_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// trip books a flight, a hotel and a car, each with its inverse.
func trip(y actions.Yield, undo *orchestrate.Undo) (int, error) {
	total := 0
	for _, what := range []string{"flight", "hotel", "car"} {
		price, err := orchestrate.Undoable(y, undo, Get{Name: what}, Put{Name: "cancel " + what})
		if err != nil {
			return total, err
		}
		total += price
	}
	return total, nil
}

func saga(flow func(actions.Yield, *orchestrate.Undo) (int, error)) orchestrate.Orchestration[int] {
	return func(y actions.Yield) (int, error) { return orchestrate.Saga(y, flow) }
}

func TestASagaThatSucceedsUndoesNothing(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld().on("flight", answers(200)).on("hotel", answers(300)).on("car", answers(50))
		total, err := run(t.Context(), h, w, saga(trip))
		require.NoError(t, err)
		require.Equal(t, 550, total)
		require.Equal(t, []string{"flight", "hotel", "car"}, w.done())
	})
}

func TestASagaThatFailsUndoesInReverse(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld().on("car", fails(errBoom))
		_, err := run(t.Context(), h, w, saga(trip))
		require.EqualError(t, err, "step 2: orchestrate_test.Get: boom")
		require.Equal(t, []string{"flight", "hotel", "cancel car", "cancel hotel", "cancel flight"}, w.done())
	})
}

func TestAChargeThatTookEffectButWhoseAnswerWasLostIsRefunded(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld().on("charge", loses(errBoom))
		_, err := run(t.Context(), h, w, saga(func(y actions.Yield, undo *orchestrate.Undo) (int, error) {
			return orchestrate.Undoable(y, undo, Get{Name: "charge"}, Put{Name: "refund"})
		}))
		require.ErrorIs(t, err, errBoom)
		require.Equal(t, []string{"charge", "refund"}, w.done())
	})
}

func TestWhatWasCertainlyNotDoneIsNotUndone(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld().on("hotel", fails(fmt.Errorf("fully booked: %w", executor.ErrNotDone)))
		_, err := run(t.Context(), h, w, saga(trip))
		require.ErrorIs(t, err, executor.ErrNotDone)
		require.Equal(t, []string{"flight", "cancel flight"}, w.done())
	})
}

func TestAPanicSaysNothingAboutWhatWasDone(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld().on("hotel", panics(fmt.Errorf("bug: %w", executor.ErrNotDone)))
		_, err := run(t.Context(), h, w, saga(trip))
		require.EqualError(t, err, "step 1: orchestrate_test.Get: panic: bug: the action was not done")
		require.Equal(t, []string{"flight", "cancel hotel", "cancel flight"}, w.done())
	})
}

// A handler that runs a flow has done something even if the flow's last step was refused.
func TestAPartThatWasNotDoneSaysNothingAboutTheWhole(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld().on("refuse", fails(executor.ErrNotDone))
		w.on("order", func(ctx context.Context, _ func()) (int, error) {
			return orchestrate.Run(ctx, func(y actions.Yield) (int, error) {
				if err := orchestrate.Tell(y, Put{Name: "charge"}); err != nil {
					return 0, err
				}
				return orchestrate.Do(y, Get{Name: "refuse"})
			}, w.mux())
		})
		_, err := run(t.Context(), h, w, saga(func(y actions.Yield, undo *orchestrate.Undo) (int, error) {
			return orchestrate.Undoable(y, undo, Get{Name: "order"}, Put{Name: "refund"})
		}))
		require.EqualError(t, err, "step 0.0.1: orchestrate_test.Get: the action was not done")
		require.ErrorIs(t, err, executor.ErrNotDone)
		require.False(t, executor.NotDone(err))
		require.Equal(t, []string{"charge", "refund"}, w.done())
	})
}

func TestASagaUndoesUnderShieldAfterCancellation(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		ctx, cancel := context.WithCancel(t.Context())
		w := newWorld().on("hotel", calls(cancel, answers(1)))
		_, err := run(ctx, h, w, saga(trip))
		require.ErrorIs(t, err, context.Canceled)
		// The car was refused, so there is nothing to undo about it.
		require.Equal(t, []string{"flight", "hotel", "cancel hotel", "cancel flight"}, w.done())
	})
}

func TestASagaUndoesWhenItsTimeIsOver(t *testing.T) {
	t.Parallel()
	onConcurrentHosts(t, func(t *testing.T, h host) {
		w := newWorld().on("hotel", hangs)
		_, err := run(t.Context(), h, w, func(y actions.Yield) (int, error) {
			return orchestrate.WithTimeout(y, time.Hour, saga(trip))
		})
		require.EqualError(t, err, "not done within 1h0m0s")
		require.Equal(t, []string{"flight", "cancel hotel", "cancel flight"}, w.done())
	})
}

func TestASagaUndoesAfterAPanicWhichGoesOn(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld()
		_, err := run(t.Context(), h, w, saga(func(y actions.Yield, undo *orchestrate.Undo) (int, error) {
			if _, err := trip(y, undo); err != nil {
				return 0, err
			}
			panicWith("here")
			return 0, nil
		}))
		var panicked *executor.PanicError
		require.ErrorAs(t, err, &panicked)
		require.EqualError(t, err, "panic: here")
		require.Equal(t, "here", panicked.Value, "as it was")
		require.Contains(t, string(panicked.Stack), "panicWith")
		require.Equal(t, []string{"flight", "hotel", "car", "cancel car", "cancel hotel", "cancel flight"}, w.done())
	})
}

func panicWith(value any) { panic(value) }

func TestASagaKeepsBothErrors(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		errLate, errBug := errors.New("too late"), errors.New("bug")
		w := newWorld().on("car", fails(errBoom)).on("cancel hotel", fails(errLate)).on("cancel flight", panics(errBug))
		_, err := run(t.Context(), h, w, saga(trip))
		require.EqualError(t, err, "step 2: orchestrate_test.Get: boom; "+
			"undo: step 4: orchestrate_test.Put: too late; step 5: orchestrate_test.Put: panic: bug")
		require.ErrorIs(t, err, errBoom)
		require.ErrorIs(t, err, errLate)
		require.ErrorIs(t, err, errBug)
		var failed *orchestrate.SagaError
		require.ErrorAs(t, err, &failed)
		require.ErrorIs(t, failed.Err, errBoom)
		require.Len(t, failed.Undo, 2)
		require.Equal(t, []string{"flight", "hotel", "cancel car"}, w.done())
	})
}

func TestASagaThatPanicsKeepsTheErrorsOfItsInverses(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		errBug := errors.New("bug")
		for value, want := range map[any]string{"here": "panic: here; ", errBug: "panic: bug; "} {
			w := newWorld().on("cancel flight", fails(errBoom))
			_, err := run(t.Context(), h, w, saga(func(y actions.Yield, undo *orchestrate.Undo) (int, error) {
				defer panicWith(value)
				return orchestrate.Undoable(y, undo, Get{Name: "flight"}, Put{Name: "cancel flight"})
			}))
			require.EqualError(t, err, want+"undo: step 1: orchestrate_test.Put: boom")
			require.ErrorIs(t, err, errBoom)
			if bug, ok := value.(error); ok {
				require.ErrorIs(t, err, bug)
			}
			var panicked *executor.PanicError
			require.ErrorAs(t, err, &panicked)
			require.Contains(t, string(panicked.Stack), "panicWith")
		}
	})
}

func TestAnInverseThatPanicsKeepsNoOtherFromRunning(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld()
		_, err := run(t.Context(), h, w, saga(func(y actions.Yield, undo *orchestrate.Undo) (int, error) {
			undo.Add(func(y actions.Yield) error { return orchestrate.Tell(y, Put{Name: "first"}) })
			undo.Add(func(actions.Yield) error { panic("the inverse") })
			return 0, errBoom
		}))
		require.EqualError(t, err, "boom; undo: panic: the inverse")
		require.Equal(t, []string{"first"}, w.done())
	})
}
