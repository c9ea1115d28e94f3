package combinators_test

import (
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

func TestACircuitCanBeTrippedIsolatedAndReset(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, e := guarded(combinators.CircuitConfig{Name: "mail", OpenFor: time.Minute, OpenGrowth: 2})
		c.Trip()
		requireOpen(t, do(t.Context(), e, well), time.Minute)
		synctestSleep(30 * time.Second)
		c.Trip()
		requireOpen(t, do(t.Context(), e, well), time.Minute)
		synctestSleep(time.Minute)
		require.Equal(t, combinators.HalfOpen, c.State())
		c.Trip()
		requireOpen(t, do(t.Context(), e, well), 2*time.Minute)

		c.Isolate()
		synctestSleep(1000 * time.Hour)
		c.Trip()
		var isolated *combinators.OpenError
		require.ErrorAs(t, do(t.Context(), e, well), &isolated)
		require.Equal(t, &combinators.OpenError{Circuit: "mail", State: combinators.Isolated}, isolated)
		_, known := isolated.RetryIn()
		require.False(t, known)

		c.Reset()
		require.NoError(t, do(t.Context(), e, well))
		c.Trip()
		requireOpen(t, do(t.Context(), e, well), time.Minute)
	})
}

func TestResetForgetsWhatWasCounted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, e := guarded(combinators.CircuitConfig{Failures: 2})
		_ = do(t.Context(), e, badly)
		failed := time.Now()
		synctestSleep(time.Second)
		c.Reset()
		require.Equal(t, combinators.CircuitStats{
			Generation: 2, Since: time.Now(), LastFailure: failed, LastError: errDown,
		}, c.Stats())
		_ = do(t.Context(), e, badly)
		require.Equal(t, combinators.Closed, c.State())
	})
}

func TestTheStatsOfACircuit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, e := guarded(combinators.CircuitConfig{Failures: 2, OpenFor: time.Minute})
		began := time.Now()
		require.Equal(t, combinators.CircuitStats{Generation: 1, Since: began}, c.Stats())

		_ = do(t.Context(), e, badly)
		synctestSleep(time.Second)
		_ = do(t.Context(), e, well)
		succeeded := time.Now()
		synctestSleep(time.Second)
		_ = do(t.Context(), e, badly)
		require.Equal(t, combinators.CircuitStats{
			Generation: 1, Since: began,
			Successes: 1, Failures: 2, ConsecutiveFailures: 1, WindowCalls: 3, FailureRate: 2.0 / 3,
			LastSuccess: succeeded, LastFailure: time.Now(), LastError: errDown,
		}, c.Stats())

		_ = do(t.Context(), e, badly)
		failed := time.Now()
		synctestSleep(time.Second)
		_ = do(t.Context(), e, well)
		_ = do(t.Context(), e, well)
		require.Equal(t, combinators.CircuitStats{
			State: combinators.Open, Generation: 2, Since: failed, RetryAfter: 59 * time.Second, Rejected: 2,
			LastSuccess: succeeded, LastFailure: failed, LastError: errDown,
		}, c.Stats())
	})
}

func TestChangesAreToldInOrderWithTheirStats(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var changes []combinators.StateChange
		var c *combinators.Circuit
		c, e := guarded(combinators.CircuitConfig{
			Name: "mail", Failures: 2, OpenFor: time.Minute,
			OnChange: func(change combinators.StateChange) {
				changes = append(changes, change)
				if change.To == combinators.Closed {
					c.Isolate()
					require.Equal(t, combinators.Isolated, c.Stats().State)
					require.Equal(t, change, changes[len(changes)-1], "one call at a time")
				}
			},
		})
		began := time.Now()
		_ = do(t.Context(), e, badly)
		_ = do(t.Context(), e, badly)
		_ = do(t.Context(), e, well)
		require.Equal(t, []combinators.StateChange{{
			Circuit: "mail", From: combinators.Closed, To: combinators.Open, OpenFor: time.Minute,
			Reason: "2 consecutive failures",
			Stats: combinators.CircuitStats{
				Generation: 1, Since: began, Failures: 2, ConsecutiveFailures: 2, WindowCalls: 2, FailureRate: 1,
				LastFailure: began, LastError: errDown,
			},
		}}, changes)

		synctestSleep(time.Hour)
		require.Len(t, changes, 1, "the period passes without a call")
		_ = do(t.Context(), e, well)
		require.Len(t, changes, 4)
		require.Equal(t, int64(1), changes[1].Stats.Rejected)
		require.Equal(t, began.Add(time.Minute), changes[2].Stats.Since)
		for i, want := range []string{
			"closed > open: 2 consecutive failures",
			"open > half-open: the open period has passed",
			"half-open > closed: a trial succeeded",
			"closed > isolated: isolated",
		} {
			change := changes[i]
			require.Equal(t, want, fmt.Sprintf("%v > %v: %s", change.From, change.To, change.Reason))
			require.Equal(t, uint64(i+1), change.Stats.Generation)
		}
	})
}

func TestACallbackThatPanicsOrExitsHarmsNothing(t *testing.T) {
	t.Parallel()
	for name, misbehave := range map[string]func(){"panics": func() { panic("oops") }, "exits": runtime.Goexit} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var told []combinators.State
				c := combinators.NewCircuit(combinators.CircuitConfig{
					Failures: 1, OpenFor: time.Minute,
					OnChange: func(change combinators.StateChange) {
						told = append(told, change.To)
						misbehave()
					},
				})
				w := &witness{}
				e := combinators.Chain(combinators.Observed(w), combinators.Breaker(c))(&desk{})
				opening := begin(t.Context(), e, task{})
				opening.ends(badly)
				require.Equal(t, combinators.Open, c.State())
				synctestSleep(time.Minute)
				trial := begin(t.Context(), e, task{})
				if name == "exits" {
					require.True(t, trial.exited && trial.over() && !trial.began.Load())
					require.Zero(t, c.Stats().Trials)
					trial = begin(t.Context(), e, task{})
				} else {
					require.Equal(t, errDown, opening.err)
					panicked, ok := w.events()[1].(*combinators.CallbackPanicked)
					require.True(t, ok)
					require.Equal(t, "CircuitConfig.OnChange", panicked.Callback)
				}
				require.True(t, trial.began.Load())
				trial.ends(well)
				require.Equal(t, []combinators.State{combinators.Open, combinators.HalfOpen, combinators.Closed}, told)
			})
		})
	}
}

func TestTheTimeThatACallbackTakesIsNotTheTrials(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, e := guarded(combinators.CircuitConfig{
			SlowRate: 1, SlowCall: time.Second, MinCalls: 1, OpenFor: time.Minute,
			OnChange: func(combinators.StateChange) { synctestSleep(time.Hour) },
		})
		c.Trip()
		require.Equal(t, combinators.HalfOpen, c.State())
		j := begin(t.Context(), e, task{})
		synctestSleep(time.Hour + time.Second/2)
		require.True(t, j.began.Load())
		j.end <- well
		<-j.done
		require.Equal(t, combinators.Closed, c.State())
	})
}

func TestACallbackThatExitsDoesNotKeepTheNextChangeFromBeingTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var told []combinators.State
		var c *combinators.Circuit
		c, e := guarded(combinators.CircuitConfig{
			Failures: 1,
			OnChange: func(change combinators.StateChange) {
				told = append(told, change.To)
				if change.To == combinators.Open {
					c.Isolate()
					runtime.Goexit()
				}
			},
		})
		_ = do(t.Context(), e, badly)
		require.Equal(t, []combinators.State{combinators.Open}, told)
		c.Reset()
		require.Equal(t, []combinators.State{combinators.Open, combinators.Isolated, combinators.Closed}, told)
	})
}

func TestObserversAreToldOfChangesAndRejections(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &witness{}
		c := combinators.NewCircuit(combinators.CircuitConfig{Name: "mail", Failures: 1, OpenFor: time.Minute})
		e := combinators.Chain(combinators.Observed(w), combinators.Breaker(c))(serviceOf(fails(errDown), says("42")))
		_, err := askQuote(t.Context(), e, getQuote{})
		require.ErrorIs(t, err, errDown)
		_, err = askQuote(t.Context(), e, getQuote{})
		require.ErrorContains(t, err, `circuit "mail" is open for another 1m0s`)
		require.True(t, combinators.IsRejection(err))
		require.True(t, executor.NotDone(err))
		synctestSleep(time.Minute)
		_, err = askQuote(t.Context(), e, getQuote{})
		require.NoError(t, err)

		var names, values []string
		for _, event := range w.events() {
			names = append(names, event.Name())
			values = append(values, event.LogValue().String())
		}
		require.Equal(t, []string{"state changed", "rejected", "state changed", "state changed"}, names)
		require.Equal(t, "[step=0 by=Breaker circuit=mail from=closed to=open reason=a failure "+
			"error=the quote service is down]", values[0])
		require.Equal(t, "[step=0 by=Breaker circuit=mail from=open to=half-open "+
			"reason=the open period has passed]", values[2])
		require.Equal(t, "[step=0 by=Breaker circuit=mail from=half-open to=closed reason=a trial succeeded]", values[3])
	})
}

func TestAGroupIsOneCallAboveParallelizeAndManyBelow(t *testing.T) {
	t.Parallel()
	flow := func(y actions.Yield) ([]actions.Outcome[string], error) {
		return orchestrate.Settle(y, orchestrate.Each(getQuote{}, getQuote{}, getQuote{})...)
	}
	for _, c := range []struct {
		side                string
		above, below        bool
		successes, failures int64
	}{{side: "above", above: true, successes: 1}, {side: "below", below: true, failures: 3}} {
		t.Run(c.side, func(t *testing.T) {
			t.Parallel()
			circuit := combinators.NewCircuit(combinators.CircuitConfig{Failures: 10})
			stack := []combinators.Combinator{combinators.Parallelize()}
			if c.above {
				stack = []combinators.Combinator{combinators.Breaker(circuit), combinators.Parallelize()}
			} else {
				stack = append(stack, combinators.Breaker(circuit))
			}
			_, err := orchestrate.Run(t.Context(), flow, combinators.Chain(stack...)(serviceOf(fails(errDown))))
			require.NoError(t, err)
			require.Equal(t, c.successes, circuit.Stats().Successes)
			require.Equal(t, c.failures, circuit.Stats().Failures)
		})
	}
}

func TestWaitingPassesThroughAnOpenCircuit(t *testing.T) {
	t.Parallel()
	c := combinators.NewCircuit(combinators.CircuitConfig{})
	c.Isolate()
	e := combinators.Breaker(c)(serviceOf(says("event")))
	_, err := orchestrate.Run(t.Context(), orchestrate.Lift(actions.Receive[string]{Name: "approval"}), e)
	require.NoError(t, err)
	require.Zero(t, c.Stats().Rejected)

	circuits := combinators.NewCircuits(actions.Name, combinators.CircuitConfig{})
	e = combinators.BreakerBy(circuits)(serviceOf(says("event")))
	_, err = orchestrate.Run(t.Context(), orchestrate.Lift(actions.Receive[string]{Name: "approval"}), e)
	require.NoError(t, err)
	require.Zero(t, circuits.Len())
}

func TestABreakerIsNamedAfterItsCircuit(t *testing.T) {
	t.Parallel()
	mux := executor.NewMux()
	require.Equal(t, "Breaker(mail) > Mux(0)",
		executor.Layers(combinators.Breaker(combinators.NewCircuit(combinators.CircuitConfig{Name: "mail"}))(mux)).String())
	require.Equal(t, "Breaker > Mux(0)",
		executor.Layers(combinators.Breaker(combinators.NewCircuit(combinators.CircuitConfig{}))(mux)).String())
	require.PanicsWithValue(t, "combinators.Breaker: the circuit is nil", func() { combinators.Breaker(nil) })
	require.EqualError(t, &combinators.OpenError{State: combinators.HalfOpen},
		"the circuit is half-open and its trials are under way")
	require.EqualError(t, &combinators.OpenError{Circuit: "a", State: combinators.Isolated}, `circuit "a" is isolated`)
	require.Equal(t, "State(9)", combinators.State(9).String())
}
