package combinators_test

import (
	"context"
	"errors"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
)

func TestNothingIsRetriedForACallerThatHasGone(t *testing.T) {
	t.Parallel()
	gone := errors.New("the caller has gone")
	for name, duringAttempt := range map[string]int{"in the first attempt": 1, "in the second": 2} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancelCause(t.Context())
			attempt := 0
			e := combinators.Retried(combinators.Retry{Schedule: backoff.Constant(0)})(
				executor.Func(func(context.Context, actions.Action) (any, error) {
					if attempt++; attempt == duringAttempt {
						cancel(gone)
					}
					return nil, errDown
				}))
			_, err := e.Execute(ctx, getQuote{})
			require.Equal(t, errDown, err, "neutral: as itself")
			require.Equal(t, duringAttempt, attempt)
		})
	}
}

func TestUnderAContextThatIsDoneThereIsOneAttempt(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, class := range []combinators.Classifier{
		nil,
		func(context.Context, error) combinators.Class { return combinators.Failure },
	} {
		s := serviceOf(fails(errDown))
		budget := combinators.NewRetryBudget(0.1, 5)
		_, err := combinators.Retried(combinators.Retry{
			Class:   class,
			Budget:  budget,
			OnRetry: func(context.Context, combinators.Attempt) error { panic("there is no retry") },
		})(s).Execute(ctx, getQuote{})
		require.ErrorIs(t, err, errDown)
		require.Equal(t, 1, s.calls())
		require.Zero(t, budget.Stats().Granted)
	}
}

func TestAWaitEndsAtOnceWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		gone := errors.New("the caller has gone")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(90*time.Second, func() { cancel(gone) })
		s := serviceOf(fails(errDown))
		e := combinators.Retried(combinators.Retry{Schedule: backoff.Constant(time.Minute), MaxDelay: time.Hour})(s)
		began := time.Now()

		_, err := askQuote(ctx, e, getQuote{})

		require.Equal(t, 90*time.Second, time.Since(began))
		require.Equal(t, 2, s.calls())
		for _, want := range []error{errDown, gone, context.Canceled} {
			require.ErrorIs(t, err, want)
		}
		require.False(t, executor.NotDone(err))
		require.EqualError(t, err, "step 0: combinators_test.getQuote: 2 attempts: the quote service is down; "+
			"gave up: not started: context canceled: the caller has gone")
	})
}

func TestAWaitThatIsCutShortKeepsThatNothingWasDone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		e := combinators.Retried(combinators.Retry{Schedule: backoff.Constant(time.Minute)})(
			serviceOf(fails(executor.ErrNotDone)))
		_, err := e.Execute(ctx, getQuote{})
		require.ErrorIs(t, err, context.Canceled)
		require.True(t, executor.NotDone(err))
	})
}

func TestNoWaitIsBegunThatWouldOutlastTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 150*time.Second)
		defer cancel()
		s := serviceOf(fails(errDown))
		e := combinators.Retried(combinators.Retry{
			MaxAttempts: math.MaxInt, Schedule: backoff.Constant(time.Minute), MaxDelay: time.Hour,
		})(s)
		began := time.Now()

		_, err := askQuote(ctx, e, getQuote{})

		require.Equal(t, 2*time.Minute, time.Since(began))
		require.Equal(t, 3, s.calls())
		require.ErrorIs(t, err, errDown)
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

func TestOnRetryIsToldEachAttemptBeforeTheWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		type told struct {
			combinators.Attempt
			at time.Duration
		}
		var all []told
		began := time.Now()
		e := combinators.Retried(combinators.Retry{
			Schedule: backoff.Linear(time.Second, time.Second),
			OnRetry: func(_ context.Context, a combinators.Attempt) error {
				all = append(all, told{a, time.Since(began)})
				return nil
			},
		})(serviceOf(fails(errDown)))

		_, err := askQuote(t.Context(), e, getQuote{Symbol: "GO"})

		require.ErrorIs(t, err, errDown)
		require.Equal(t, []told{
			{combinators.Attempt{1, errDown, time.Second, getQuote{Symbol: "GO"}}, 0},
			{combinators.Attempt{2, errDown, 2 * time.Second, getQuote{Symbol: "GO"}}, time.Second},
		}, all)
	})
}

func TestOnRetryMayVeto(t *testing.T) {
	t.Parallel()
	s := serviceOf(fails(errDown))
	w := &witness{}
	budget := combinators.NewRetryBudget(0.1, 5)
	e := combinators.Chain(combinators.Observed(w), combinators.Retried(combinators.Retry{
		OnRetry: func(context.Context, combinators.Attempt) error { return errVeto },
		Budget:  budget,
	}))(s)

	_, err := askQuote(t.Context(), e, getQuote{})

	require.ErrorIs(t, err, errDown)
	require.ErrorIs(t, err, errVeto)
	require.Equal(t, 1, s.calls())
	require.Empty(t, w.events(), "no retry is scheduled")
	require.Equal(t, combinators.RetryBudgetStats{Tokens: 5}, budget.Stats(), "and none is paid for")
}

func TestCallbacksThatPanicAreContainedAndReported(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		retry combinators.Retry
		calls int
	}{
		"Retry.OnRetry": {
			combinators.Retry{OnRetry: func(context.Context, combinators.Attempt) error { panic("boom") }}, 2,
		},
		"Retry.RetryIf": {
			combinators.Retry{RetryIf: func(error) bool { panic("boom") }}, 1,
		},
		"Class": {
			combinators.Retry{Class: func(context.Context, error) combinators.Class { panic("boom") }}, 2,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serviceOf(fails(errDown))
			w := &witness{}
			c.retry.MaxAttempts = 2
			c.retry.Schedule = backoff.Constant(0)

			e := combinators.Chain(combinators.Observed(w), combinators.Retried(c.retry))(s)
			_, err := askQuote(t.Context(), e, getQuote{})

			require.ErrorIs(t, err, errDown)
			require.Equal(t, c.calls, s.calls())
			panicked := w.events()[0].(*combinators.CallbackPanicked)
			require.Equal(t, name, panicked.Callback)
			require.Equal(t, "boom", panicked.Panic.Value)
		})
	}
}

func TestObserversHearOfEachRetry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &witness{}
		e := combinators.Chain(combinators.Observed(w), combinators.Retried(combinators.Retry{
			Schedule: backoff.Constant(time.Second),
		}))(serviceOf(fails(errDown), fails(errDown), says("42")))

		_, err := askQuote(t.Context(), e, getQuote{Symbol: "GO"})

		require.NoError(t, err)
		require.Len(t, w.events(), 2)
		for i, event := range w.events() {
			scheduled := event.(*combinators.RetryScheduled)
			require.Equal(t, combinators.Attempt{i + 1, errDown, time.Second, getQuote{Symbol: "GO"}}, scheduled.Attempt)
			require.Equal(t, "0", scheduled.Step.Path())
		}
	})
}

func TestARetryThatCannotBeIsRefusedWhenBuilt(t *testing.T) {
	t.Parallel()
	for message, retry := range map[string]combinators.Retry{
		"combinators.Retry: MaxAttempts must be at least 1, got -1": {MaxAttempts: -1},
		"combinators.Retry: MaxElapsed must be positive, got -1s":   {MaxElapsed: -time.Second},
		"combinators.Retry: MaxDelay must be positive, got -1ns":    {MaxDelay: -1},
	} {
		require.PanicsWithValue(t, message, func() { combinators.Retried(retry) })
	}
	require.PanicsWithValue(t, "combinators.Retried: the executor to wrap is nil", func() {
		combinators.Retried(combinators.Retry{})(nil)
	})
	require.Equal(t, "Retried(3) > Mux(0)",
		executor.Layers(combinators.Retried(combinators.Retry{})(executor.NewMux())).String())
}

func TestAScheduleThatPanicsEndsTheRetries(t *testing.T) {
	t.Parallel()
	w := &witness{}
	e := combinators.Chain(combinators.Observed(w), combinators.Retried(combinators.Retry{
		Schedule: func(func() float64) (time.Duration, backoff.Schedule, bool) { panic("oops") },
	}))(serviceOf(fails(errDown)))
	_, err := e.Execute(t.Context(), getQuote{})
	require.Equal(t, &combinators.RetryError{Attempts: 1, Errs: []error{errDown}}, err)
	require.Equal(t, "Retry.Schedule", w.events()[0].(*combinators.CallbackPanicked).Callback)
}
