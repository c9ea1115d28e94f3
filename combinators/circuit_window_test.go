package combinators_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
)

func doAll(t *testing.T, e executor.Executor, hows ...func() (any, error)) {
	t.Helper()
	for _, how := range hows {
		_ = do(t.Context(), e, how)
	}
}

func TestACircuitOpensAtAFailureRateOverTheLastCalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, e := guarded(combinators.CircuitConfig{FailureRate: 0.5, WindowCalls: 4, MinCalls: 4})
		doAll(t, e, badly, badly, badly)
		require.Equal(t, combinators.Closed, c.State(), "three calls are too few")
		c.Reset()
		doAll(t, e, badly, well, well, well, badly, well, well, badly)
		require.Equal(t, combinators.Open, c.State(), "2 of the last 4")
	})
	synctest.Test(t, func(t *testing.T) {
		c, e := guarded(combinators.CircuitConfig{FailureRate: 0.5, WindowCalls: 4, MinCalls: 4})
		doAll(t, e, badly, well, well, well, badly, well, well, well)
		require.Equal(t, combinators.Closed, c.State(), "what has left the window does not count")
		stats := c.Stats()
		require.Equal(t, int64(4), stats.WindowCalls)
		require.InDelta(t, 0.25, stats.FailureRate, 0)
		require.Equal(t, int64(2), stats.Failures)
	})
}

func TestASuccessCanBeTheCallThatMakesTheRateMeaningful(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, e := guarded(combinators.CircuitConfig{FailureRate: 0.5})
		doAll(t, e, badly, badly, badly, badly, badly, badly, badly, badly, badly)
		require.Equal(t, combinators.Closed, c.State(), "10 calls are the least by default")
		doAll(t, e, well)
		require.Equal(t, combinators.Open, c.State())
	})
}

func TestARateIsMetExactly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for failures := 1; failures <= 100; failures++ {
			c, e := guarded(combinators.CircuitConfig{FailureRate: float64(failures) / 100, MinCalls: 100})
			for n := range 100 {
				if n < failures-1 {
					doAll(t, e, badly)
				} else {
					doAll(t, e, well)
				}
			}
			require.Equal(t, combinators.Closed, c.State())
			c.Reset()
			for n := range 100 {
				if n < failures {
					doAll(t, e, badly)
				} else {
					doAll(t, e, well)
				}
			}
			require.Equal(t, combinators.Open, c.State(), "%d%%", failures)
		}
	})
}

func TestAWindowOfTimeSlidesInTenSteps(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, e := guarded(combinators.CircuitConfig{FailureRate: 1, WindowTime: 10 * time.Second, MinCalls: 4})
		doAll(t, e, badly, well)
		synctestSleep(9*time.Second + 999*time.Millisecond)
		require.Equal(t, int64(2), c.Stats().WindowCalls)
		doAll(t, e, badly)
		require.Equal(t, int64(3), c.Stats().WindowCalls)
		synctestSleep(time.Millisecond)
		require.Equal(t, int64(1), c.Stats().WindowCalls, "the first second has left")
		require.InDelta(t, 1.0, c.Stats().FailureRate, 0)
		doAll(t, e, badly, badly)
		require.Equal(t, combinators.Closed, c.State())
		doAll(t, e, badly)
		require.Equal(t, combinators.Open, c.State())
	})
}

func TestAWindowOfTimeIsEmptyAfterAPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, e := guarded(combinators.CircuitConfig{FailureRate: 0.1, WindowTime: 10 * time.Second, MinCalls: 3})
		for range 10 {
			doAll(t, e, badly, badly)
			synctestSleep(10 * time.Second)
			require.Zero(t, c.Stats().WindowCalls)
		}
		synctestSleep(time.Hour)
		doAll(t, e, badly, badly, badly)
		require.Equal(t, combinators.Open, c.State())
	})
}

// A circuit may be a package's variable, made outside the bubble that the test runs in, with another clock.
func TestACircuitFromOutsideABubbleWorksInside(t *testing.T) {
	t.Parallel()
	c, e := guarded(combinators.CircuitConfig{
		FailureRate: 1, WindowTime: 10 * time.Second, MinCalls: 2, OpenFor: time.Minute,
	})
	synctest.Test(t, func(t *testing.T) {
		doAll(t, e, badly)
		synctestSleep(10 * time.Second)
		doAll(t, e, badly)
		require.Equal(t, combinators.Closed, c.State())
		require.Equal(t, time.Now(), c.Stats().LastFailure.Local())
		doAll(t, e, badly)
		requireOpen(t, do(t.Context(), e, well), time.Minute)
		synctestSleep(time.Minute)
		require.NoError(t, do(t.Context(), e, well))
		require.Equal(t, combinators.Closed, c.State())
	})
}

func TestACircuitOpensAtARateOfSlowCalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, e := guarded(combinators.CircuitConfig{
			SlowRate: 0.5, SlowCall: time.Second, MinCalls: 4, OpenFor: time.Minute,
		})
		takes := func(d time.Duration, how func() (any, error)) {
			j := begin(t.Context(), e, task{})
			synctestSleep(d)
			j.ends(how)
		}
		takes(time.Second-1, well)
		takes(time.Second-1, badly)
		takes(time.Second, well)
		require.Equal(t, combinators.Closed, c.State())
		require.Equal(t, int64(1), c.Stats().Slow)
		takes(time.Hour, badly)
		require.Equal(t, combinators.Open, c.State())

		synctestSleep(time.Minute)
		takes(time.Second, well)
		require.Equal(t, combinators.Open, c.State(), "a slow trial fails")
		synctestSleep(time.Minute)
		takes(time.Second-1, well)
		require.Equal(t, combinators.Closed, c.State())
	})
}

func TestACancelledCallIsNotSlow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, e := guarded(combinators.CircuitConfig{SlowRate: 0.1, SlowCall: time.Second, MinCalls: 1})
		j := begin(t.Context(), e, task{})
		synctestSleep(time.Hour)
		j.ends(func() (any, error) { return nil, &combinators.OpenError{} })
		require.Equal(t, combinators.Closed, c.State())
		require.Zero(t, c.Stats().Slow)
	})
}
