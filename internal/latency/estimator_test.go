package latency_test

import (
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/baton-go/baton/internal/latency"
)

func TestTheEstimateIsNeverTooShortAndAnEighthTooLongAtMost(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		quantile := rapid.Float64Range(0.01, 0.99).Draw(t, "quantile")
		durations := rapid.SliceOfN(rapid.OneOf(
			rapid.Int64Range(0, 100),
			rapid.Int64Range(0, int64(time.Second)),
			rapid.Int64Range(0, math.MaxInt64),
		), 64, 64).Draw(t, "durations")
		e := latency.New(quantile)
		for i, d := range durations {
			_, ok := e.Estimate()
			require.False(t, ok, "after %d", i)
			e.Observe(time.Duration(d))
		}
		estimate, ok := e.Estimate()
		require.True(t, ok)
		slices.Sort(durations)
		exact := max(1, durations[int(math.Ceil(quantile*64))-1])
		require.GreaterOrEqual(t, int64(estimate), exact)
		require.LessOrEqual(t, float64(estimate), float64(exact)*1.125)
	})
}

func TestWhatIsOldFadesWhollyHoweverRareItWas(t *testing.T) {
	t.Parallel()
	e := latency.New(0.999)
	for i := range 100_000 {
		e.Observe(time.Duration(i) * time.Second)
	}
	for range 20 * 1024 {
		e.Observe(time.Millisecond)
	}
	estimate, _ := e.Estimate()
	require.InEpsilon(t, time.Millisecond, estimate, 0.125)
}

func TestWhatIsRareIsNotForgottenAtOnce(t *testing.T) {
	t.Parallel()
	e := latency.New(0.999)
	forgotten, estimates := 0, 0
	for i := range 200 * 1024 {
		if i%600 == 0 {
			e.Observe(time.Second)
		} else {
			e.Observe(time.Millisecond)
		}
		if estimate, ok := e.Estimate(); ok {
			estimates++
			if estimate < time.Second {
				forgotten++
			}
		}
	}
	require.Less(t, float64(forgotten), 0.05*float64(estimates))
}

func TestWhatTookLongerThanTheEstimateKeepsItWhereItIs(t *testing.T) {
	t.Parallel()
	e := latency.New(0.9)
	for i := range 100_000 {
		actual := time.Duration(i%100+1) * time.Millisecond
		estimate, ok := e.Estimate()
		if ok && actual > estimate {
			e.ObserveMoreThan(estimate)
		} else {
			e.Observe(actual)
		}
	}
	estimate, _ := e.Estimate()
	require.InEpsilon(t, 95*time.Millisecond, estimate, 0.1)
}

func TestTheEstimateGrowsWhileEverythingTakesLonger(t *testing.T) {
	t.Parallel()
	e := latency.New(0.9)
	for range 10_000 {
		e.Observe(time.Millisecond)
	}
	for range 10_000 {
		estimate, _ := e.Estimate()
		e.ObserveMoreThan(estimate)
	}
	estimate, _ := e.Estimate()
	require.Greater(t, estimate, 10*time.Millisecond)
}

func TestDurationsThatCannotBeAreCountedAsTheNearestThatCan(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]time.Duration{
		math.MinInt64: 1, -1: 1, 0: 1, 1: 1, math.MaxInt64: math.MaxInt64,
	} {
		e := latency.New(0.5)
		for range 63 {
			e.Observe(d)
		}
		e.Observe(d)
		estimate, _ := e.Estimate()
		require.Equal(t, want, estimate)
	}
	e := latency.New(0.5)
	for range 64 {
		e.ObserveMoreThan(math.MaxInt64)
	}
	estimate, _ := e.Estimate()
	require.Equal(t, time.Duration(math.MaxInt64), estimate)
}

func TestManyGoroutinesMayObserve(t *testing.T) {
	t.Parallel()
	e := latency.New(0.5)
	var all sync.WaitGroup
	for range 200 {
		all.Go(func() {
			for range 1000 {
				e.Observe(time.Millisecond)
				e.Estimate()
			}
		})
	}
	all.Wait()
	estimate, ok := e.Estimate()
	require.True(t, ok)
	require.InEpsilon(t, time.Millisecond, estimate, 0.125)
}

// Many halve at the same time. A counter that is halved by two at once must not fall below zero, which is a number that
// outweighs all others.
func TestWhatManyForgetAtTheSameTimeIsForgottenOnce(t *testing.T) {
	t.Parallel()
	e := latency.New(0.5)
	var all sync.WaitGroup
	for rare := range 64 {
		all.Go(func() {
			for i := range 10_000 {
				if i%500 == rare {
					e.Observe(time.Hour)
				} else {
					e.Observe(time.Millisecond)
				}
			}
		})
	}
	all.Wait()
	estimate, ok := e.Estimate()
	require.True(t, ok)
	require.InEpsilon(t, time.Millisecond, estimate, 0.125)
}

func BenchmarkObserve(b *testing.B) {
	b.ReportAllocs()
	e := latency.New(0.95)
	d := time.Duration(0)
	for b.Loop() {
		d += time.Microsecond
		e.Observe(d % time.Second)
	}
}
