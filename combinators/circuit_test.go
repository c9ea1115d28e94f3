package combinators_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
)

// guarded is a circuit and an executor behind it.
func guarded(config combinators.CircuitConfig) (*combinators.Circuit, executor.Executor) {
	c := combinators.NewCircuit(config)
	return c, combinators.Breaker(c)(&desk{})
}

func requireOpen(t *testing.T, err error, retryAfter time.Duration) {
	t.Helper()
	var open *combinators.OpenError
	require.ErrorAs(t, err, &open)
	require.Equal(t, combinators.Open, open.State)
	require.Equal(t, retryAfter, open.RetryAfter)
}

func TestACircuitOpensAfterConsecutiveFailures(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, e := guarded(combinators.CircuitConfig{Failures: 3, OpenFor: time.Minute})
		for _, how := range []func() (any, error){badly, badly, well, badly, badly} {
			_ = do(t.Context(), e, how)
			require.Equal(t, combinators.Closed, c.State())
		}
		require.ErrorIs(t, do(t.Context(), e, badly), errDown)
		require.Equal(t, combinators.Open, c.State())

		synctestSleep(20 * time.Second)
		requireOpen(t, do(t.Context(), e, well), 40*time.Second)
	})
}

func TestWithoutARuleACircuitOpensAfterFiveFailuresForThirtySeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, e := guarded(combinators.CircuitConfig{})
		for range 4 {
			_ = do(t.Context(), e, badly)
		}
		require.Equal(t, combinators.Closed, c.State())
		_ = do(t.Context(), e, badly)
		requireOpen(t, do(t.Context(), e, well), 30*time.Second)
	})
}

func TestTheStateIsTrueWithoutACall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, e := guarded(combinators.CircuitConfig{Failures: 1, OpenFor: time.Minute})
		_ = do(t.Context(), e, badly)
		opened := time.Now()
		synctestSleep(time.Minute - 1)
		require.Equal(t, combinators.Open, c.State())
		require.Equal(t, time.Duration(1), c.Stats().RetryAfter)
		require.Equal(t, uint64(2), c.Stats().Generation)
		synctestSleep(1)
		require.Equal(t, combinators.HalfOpen, c.State())
		synctestSleep(time.Hour)

		looked := c.Stats()
		require.Equal(t, combinators.HalfOpen, looked.State)
		require.Equal(t, uint64(3), looked.Generation)
		require.Equal(t, opened.Add(time.Minute), looked.Since)
		require.Zero(t, looked.RetryAfter)

		j := begin(t.Context(), e, task{})
		called := c.Stats()
		looked.Trials = 1
		require.Equal(t, looked, called, "the first call finds what was told before it")
		j.ends(well)
		require.Equal(t, combinators.Closed, c.State())
	})
}

func TestTrialsAreLimitedAndCloseTheCircuitIfEnoughSucceed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, e := guarded(combinators.CircuitConfig{Failures: 1, OpenFor: time.Minute, MaxTrials: 2, TrialSuccesses: 3})
		_ = do(t.Context(), e, badly)
		synctestSleep(time.Minute)

		first, second := begin(t.Context(), e, task{}), begin(t.Context(), e, task{})
		require.True(t, first.began.Load() && second.began.Load())
		var rejected *combinators.OpenError
		require.ErrorAs(t, do(t.Context(), e, well), &rejected)
		require.Equal(t, &combinators.OpenError{State: combinators.HalfOpen}, rejected)

		first.ends(well)
		third := begin(t.Context(), e, task{})
		require.True(t, third.began.Load(), "the slot is free again")
		second.ends(well)
		require.Equal(t, combinators.HalfOpen, c.State())
		third.ends(well)
		require.Equal(t, combinators.Closed, c.State())
	})
}

func TestAnyFailedTrialOpensTheCircuitAgainForLonger(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, e := guarded(combinators.CircuitConfig{
			Failures: 1, OpenFor: time.Minute, OpenGrowth: 2, MaxOpenFor: 5 * time.Minute, TrialSuccesses: 2,
		})
		_ = do(t.Context(), e, badly)
		for _, minutes := range []int{1, 2, 4, 5, 5} {
			period := time.Duration(minutes) * time.Minute
			requireOpen(t, do(t.Context(), e, well), period)
			synctestSleep(period)
			require.NoError(t, do(t.Context(), e, well))
			require.ErrorIs(t, do(t.Context(), e, badly), errDown)
		}
		synctestSleep(5 * time.Minute)
		require.NoError(t, do(t.Context(), e, well))
		require.NoError(t, do(t.Context(), e, well))
		require.Equal(t, combinators.Closed, c.State())
		_ = do(t.Context(), e, badly)
		requireOpen(t, do(t.Context(), e, well), time.Minute)
	})
}

func TestTheOpenPeriodGrowsToTenTimesByDefault(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, e := guarded(combinators.CircuitConfig{Failures: 1, OpenFor: time.Second, OpenGrowth: 1e300})
		_ = do(t.Context(), e, badly)
		synctestSleep(time.Second)
		_ = do(t.Context(), e, badly)
		require.Equal(t, 10*time.Second, c.Stats().RetryAfter)
	})
}

func TestALateOutcomeChangesNothing(t *testing.T) {
	t.Parallel()
	ends := map[string]func() (any, error){
		"success": well, "failure": badly, "panic": panicking, "exit": exiting,
		"rejection": func() (any, error) { return nil, &combinators.OpenError{} },
	}
	for name, how := range ends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, e := guarded(combinators.CircuitConfig{
					Failures: 1, FailureRate: 1, MinCalls: 1, OpenFor: time.Minute, MaxTrials: 2,
				})
				fromClosed := begin(t.Context(), e, task{})
				_ = do(t.Context(), e, badly)

				requireNothing := func(j *job) {
					before := c.Stats()
					j.ends(how)
					require.Equal(t, before, c.Stats())
				}
				requireNothing(fromClosed)

				synctestSleep(time.Minute)
				fromHalfOpen := begin(t.Context(), e, task{})
				require.True(t, fromHalfOpen.began.Load())
				require.NoError(t, do(t.Context(), e, well))
				require.Equal(t, combinators.Closed, c.State())
				requireNothing(fromHalfOpen)

				beforeReset := begin(t.Context(), e, task{})
				c.Reset()
				requireNothing(beforeReset)
			})
		})
	}
}

func TestATrialGivesItsSlotBackHoweverItEnds(t *testing.T) {
	t.Parallel()
	cancelled, cancel := context.WithCancelCause(context.Background())
	for name, c := range map[string]struct {
		how   func() (any, error)
		state combinators.State
	}{
		"rejected below":      {func() (any, error) { return nil, &combinators.OpenError{} }, combinators.HalfOpen},
		"its caller has gone": {func() (any, error) { cancel(nil); return nil, errDown }, combinators.HalfOpen},
		"its goroutine exits": {exiting, combinators.HalfOpen},
		"it panics":           {panicking, combinators.Open},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				if name == "its caller has gone" {
					ctx = cancelled
				}
				circuit, e := guarded(combinators.CircuitConfig{Failures: 1, OpenFor: time.Minute})
				_ = do(t.Context(), e, badly)
				synctestSleep(time.Minute)
				j := begin(ctx, e, task{})
				require.True(t, j.began.Load())
				j.ends(c.how)

				require.Equal(t, c.state, circuit.State())
				require.Zero(t, circuit.Stats().Trials)
				synctestSleep(circuit.Stats().RetryAfter)
				require.NoError(t, do(t.Context(), e, well))
				require.Equal(t, combinators.Closed, circuit.State())
			})
		})
	}
}

func TestNeutralOutcomesTripNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, e := guarded(combinators.CircuitConfig{Failures: 2, FailureRate: 0.1, MinCalls: 1})
		for range 5 {
			_ = do(t.Context(), e, func() (any, error) { return nil, &combinators.OpenError{} })
			_ = do(t.Context(), e, exiting)
			ctx, cancel := context.WithCancel(t.Context())
			_ = do(ctx, e, func() (any, error) { cancel(); return nil, errDown })
		}
		stats := c.Stats()
		require.Equal(t, int64(15), stats.Neutral)
		require.Zero(t, stats.Successes+stats.Failures+stats.WindowCalls)
		require.Equal(t, combinators.Closed, stats.State)
	})
}

func TestAHandlersOwnDeadlineIsAFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, e := guarded(combinators.CircuitConfig{Failures: 1})
		_ = do(t.Context(), e, func() (any, error) { return nil, context.DeadlineExceeded })
		require.Equal(t, combinators.Open, c.State())
	})
}

func TestTheClassOfOutcomesCanBeChanged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		notFound := errors.New("not found")
		c, e := guarded(combinators.CircuitConfig{
			Failures: 2,
			Class: func(ctx context.Context, err error) combinators.Class {
				if errors.Is(err, notFound) {
					return combinators.Success
				}
				return combinators.Classify(ctx, err)
			},
		})
		_ = do(t.Context(), e, badly)
		require.Equal(t, notFound, do(t.Context(), e, func() (any, error) { return nil, notFound }))
		_ = do(t.Context(), e, badly)
		require.Equal(t, combinators.Closed, c.State())
		require.Equal(t, int64(1), c.Stats().Successes)
	})
}

func TestTheOutcomeOfATrialIsThatOfTheOutermostCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := combinators.NewCircuit(combinators.CircuitConfig{Failures: 2, OpenFor: time.Minute})
		e := combinators.Chain(combinators.Breaker(c), combinators.Breaker(c))(&desk{})
		_ = do(t.Context(), e, badly)
		require.Equal(t, combinators.Open, c.State(), "a call counts twice")
		synctestSleep(time.Minute)
		j := begin(t.Context(), e, task{})
		require.True(t, j.began.Load(), "the inner call is part of the trial")
		require.Equal(t, 1, c.Stats().Trials)
		j.ends(well)
		require.Equal(t, combinators.Closed, c.State())
	})
}

func TestWhatIsLeftOfATrialIsNoPartOfALaterOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := combinators.NewCircuit(combinators.CircuitConfig{Failures: 1, OpenFor: time.Minute, MaxTrials: 2})
		d := &desk{}
		e := combinators.Breaker(c)(d)
		late := make(chan struct{})
		nesting := combinators.Breaker(c)(executor.Func(func(ctx context.Context, _ actions.Action) (any, error) {
			<-late
			return e.Execute(ctx, task{})
		}))
		c.Trip()
		synctestSleep(time.Minute)
		old := begin(t.Context(), nesting, task{})
		begin(t.Context(), e, task{}).ends(badly)
		synctestSleep(time.Minute)
		trials := []*job{begin(t.Context(), e, task{}), begin(t.Context(), e, task{})}
		require.Equal(t, 2, c.Stats().Trials)
		close(late)
		<-old.done
		require.EqualError(t, old.err, "the circuit is half-open and its trials are under way")
		for _, trial := range trials {
			trial.ends(well)
		}
	})
}
