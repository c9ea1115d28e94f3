package combinators_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
)

// adaptive is a hedged service whose latencies the test chooses, and that tells after which delay it is hedged.
type adaptive struct {
	executor.Executor
	events *witness
}

func newAdaptive(h combinators.Hedge, latency func() time.Duration) *adaptive {
	a := &adaptive{events: &witness{}}
	h.Safe = always
	a.Executor = combinators.Chain(combinators.Observed(a.events), combinators.Hedged(h))(
		executor.Func(func(ctx context.Context, action actions.Action) (any, error) {
			d := latency()
			if action.(getQuote).Symbol == "stuck" && executor.StepFrom(ctx).Attempt() == 1 {
				d = time.Hour
			}
			return heeds(d, 0, context.Canceled)(ctx)
		}))
	return a
}

// carryOut carries out n actions, one after the other.
func (a *adaptive) carryOut(t *testing.T, n int) {
	t.Helper()
	for range n {
		_, err := askQuote(t.Context(), a, getQuote{})
		require.NoError(t, err)
	}
}

// delay is the one after which an action is hedged that is stuck, or 0 if it is not.
func (a *adaptive) delay(t *testing.T) time.Duration {
	t.Helper()
	before := len(a.events.events())
	_, err := askQuote(t.Context(), a, getQuote{Symbol: "stuck"})
	require.NoError(t, err)
	for _, e := range a.events.events()[before:] {
		if started, ok := e.(*combinators.HedgeStarted); ok {
			return started.Delay
		}
	}
	return 0
}

func TestTheDelayIsTheQuantileOfRecentLatencies(t *testing.T) {
	t.Parallel()
	for _, quantile := range []float64{0.5, 0.99} {
		synctest.Test(t, func(t *testing.T) {
			var scale atomic.Int64
			a := newAdaptive(combinators.Hedge{Quantile: quantile}, func() time.Duration {
				return time.Duration(rand.Float64() * float64(scale.Load()))
			})
			for _, s := range []time.Duration{time.Millisecond, time.Second, time.Microsecond} {
				scale.Store(int64(s))
				a.carryOut(t, 9000)
				require.InEpsilon(t, quantile*float64(s), a.delay(t), 0.3, "an eighth, and the error of a sample")
			}
		})
	}
}

func TestAttemptsThatAreOutrunCountAsSlow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int64
		a := newAdaptive(combinators.Hedge{Quantile: 0.9}, func() time.Duration {
			n := asked.Add(1)
			if n%20 == 0 { // one of twenty is stuck
				return time.Hour
			}
			return time.Duration(100+n%20) * time.Millisecond
		})
		a.carryOut(t, 5000)
		require.InDelta(t, 118*time.Millisecond, a.delay(t), float64(15*time.Millisecond),
			"if they were forgotten, or counted as fast as their rescue, ever more would be hedged")
		hedged := 0
		for _, e := range a.events.events() {
			if _, ok := e.(*combinators.HedgeStarted); ok {
				hedged++
			}
		}
		require.InDelta(t, 300, hedged, 250)
	})
}

func TestBeforeThereIsAnEstimateTheDelayIsFixedOrThereIsNone(t *testing.T) {
	t.Parallel()
	latency := func() time.Duration { return time.Millisecond }
	for _, delay := range []time.Duration{0, time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			a := newAdaptive(combinators.Hedge{Quantile: 0.5, Delay: delay}, latency)
			require.Equal(t, delay, a.delay(t))
			a.carryOut(t, 62)
			require.Equal(t, delay, a.delay(t))
			require.InEpsilon(t, time.Millisecond, a.delay(t), 0.13)
		})
	}
}

func TestFailuresAreNoLatencies(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAdaptive(combinators.Hedge{Quantile: 0.5, Delay: time.Minute}, func() time.Duration { return time.Second })
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for range 1000 {
			_, err := askQuote(ctx, a, getQuote{})
			require.ErrorIs(t, err, context.Canceled)
		}
		require.Equal(t, time.Minute, a.delay(t))
	})
}

func TestManyGoroutinesShareTheEstimate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAdaptive(combinators.Hedge{Quantile: 0.5}, func() time.Duration { return time.Millisecond })
		var all sync.WaitGroup
		for range 200 {
			all.Go(func() { a.carryOut(t, 30) })
		}
		all.Wait()
		require.InEpsilon(t, time.Millisecond, a.delay(t), 0.13)
	})
}
