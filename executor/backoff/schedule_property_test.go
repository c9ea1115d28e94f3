package backoff_test

import (
	"math"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/baton-go/baton/executor/backoff"
)

const steps = 30

// durations favours the extremes.
func durations() *rapid.Generator[time.Duration] {
	return rapid.Custom(func(t *rapid.T) time.Duration {
		return time.Duration(rapid.OneOf(
			rapid.Int64Range(0, 10), rapid.Int64Range(0, math.MaxInt64), rapid.Int64Range(math.MaxInt64-10, math.MaxInt64),
		).Draw(t, "duration"))
	})
}

// schedules is made of everything that there is.
func schedules(depth int) *rapid.Generator[backoff.Schedule] {
	return rapid.Custom(func(t *rapid.T) backoff.Schedule {
		d := durations()
		kind := rapid.IntRange(0, 9).Draw(t, "kind")
		if depth == 0 {
			kind %= 4
		}
		var inner backoff.Schedule
		if kind > 3 {
			inner = schedules(depth-1).Draw(t, "inner")
		}
		switch kind {
		case 0:
			return backoff.Constant(d.Draw(t, "wait"))
		case 1:
			return backoff.Linear(d.Draw(t, "first"), d.Draw(t, "step"))
		case 2:
			return backoff.Exponential(d.Draw(t, "first"), rapid.Float64Range(1, 1e6).Draw(t, "factor"))
		case 3:
			a, b := max(1, d.Draw(t, "base")), d.Draw(t, "limit")
			return backoff.Decorrelated(min(a, max(1, b)), max(a, b))
		case 4:
			return inner.Jitter(rapid.Float64Range(0, 1).Draw(t, "fraction"))
		case 5:
			return inner.FullJitter()
		case 6:
			return inner.Cap(d.Draw(t, "cap"))
		case 7:
			return inner.For(d.Draw(t, "for"))
		case 8:
			return inner.Then(schedules(depth-1).Draw(t, "next"))
		}
		return inner.UpTo(rapid.IntRange(0, 9).Draw(t, "up to"))
	})
}

// chance is the same sequence for the same seed.
func chance(seed uint64) func() float64 { return rand.New(rand.NewPCG(seed, 0)).Float64 }

func TestASchedulesWaitsAreNeverNegativeAndTheSameEveryTime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := schedules(3).Draw(t, "schedule")
		seed := rapid.Uint64().Draw(t, "seed")
		waits := walk(s, steps, chance(seed))
		for _, w := range waits {
			require.GreaterOrEqual(t, w, time.Duration(0))
		}
		var both sync.WaitGroup
		for range 2 { // at the same time, on the same value
			both.Go(func() {
				again := walk(s, steps, chance(seed))
				if len(again) != len(waits) {
					t.Errorf("%v, then %v", waits, again)
				}
			})
		}
		both.Wait()
		require.Equal(t, waits, walk(s, steps, chance(seed)))
	})
}

func TestTheEndOfAScheduleIsTheEnd(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := schedules(3).Draw(t, "schedule")
		for range steps {
			wait, rest, ok := s.Next(half)
			if !ok {
				require.Zero(t, wait)
				require.Nil(t, rest)
				break
			}
			s = rest
		}
	})
}

func TestLimitsOfASchedule(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := schedules(2).Draw(t, "schedule")
		seed := rapid.Uint64().Draw(t, "seed")
		waits := walk(s, steps, chance(seed))
		limit := durations().Draw(t, "limit")
		n := rapid.IntRange(0, steps).Draw(t, "n")

		require.Equal(t, append([]time.Duration(nil), waits[:min(n, len(waits))]...), walk(s.UpTo(n), steps, chance(seed)))

		var capped []time.Duration
		for _, w := range waits {
			capped = append(capped, min(w, limit))
		}
		require.Equal(t, capped, walk(s.Cap(limit), steps, chance(seed)))

		var within []time.Duration
		left := limit
		for _, w := range waits {
			if w > left {
				break
			}
			within, left = append(within, w), left-w
		}
		require.Equal(t, within, walk(s.For(limit), steps, chance(seed)))
	})
}

func TestThenIsOneScheduleAfterTheOther(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := schedules(1).Draw(t, "a").UpTo(5), schedules(1).Draw(t, "b").UpTo(5)
		seed := rapid.Uint64().Draw(t, "seed")
		random := chance(seed) // one sequence for both
		want := walk(a, steps, random)
		want = append(want, walk(b, steps, random)...)
		require.Equal(t, want, walk(a.Then(b), steps, chance(seed)))
	})
}

func TestSchedulesWithoutChanceGrow(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		first, step := durations().Draw(t, "first"), durations().Draw(t, "step")
		factor := rapid.Float64Range(1, 10).Draw(t, "factor")
		for _, s := range []backoff.Schedule{backoff.Linear(first, step), backoff.Exponential(first, factor)} {
			waits := walk(s, steps, func() float64 {
				t.Error("nothing here depends on chance")
				return 0
			})
			require.Equal(t, first, waits[0])
			require.IsNonDecreasing(t, waits)
			require.Len(t, waits, steps)
		}
	})
}

func TestAVeryLongWaitDoesNotShrinkByRounding(t *testing.T) {
	t.Parallel()
	const odd = 1<<53 + 1 // no float64
	_, rest, _ := backoff.Exponential(odd, 1)(rand.Float64)
	wait, _, _ := rest(rand.Float64)
	require.Equal(t, time.Duration(odd), wait)
}

func TestDecorrelatedWaitsStayBetweenBaseAndLimit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		base := max(1, durations().Draw(t, "base"))
		limit := max(base, durations().Draw(t, "limit"))
		before := base
		for _, w := range walk(backoff.Decorrelated(base, limit), steps, chance(rapid.Uint64().Draw(t, "seed"))) {
			require.GreaterOrEqual(t, w, base)
			require.LessOrEqual(t, w, limit)
			if before < math.MaxInt64/4 {
				require.LessOrEqual(t, w, 3*before+1<<11) // floats are that inexact
			}
			before = w
		}
	})
}

func FuzzSchedule(f *testing.F) {
	f.Add(int64(100), int64(1000), 2.0, 0.1, int64(60_000), 5, uint64(1))
	f.Add(int64(1), int64(math.MaxInt64), 1.0, 1.0, int64(0), 0, uint64(0))
	f.Fuzz(func(t *testing.T, first, limit int64, factor, fraction float64, total int64, n int, seed uint64) {
		if first < 0 || limit < 0 || total < 0 || n < 0 || !(factor >= 1) || math.IsInf(factor, 0) ||
			!(fraction >= 0 && fraction <= 1) {
			t.Skip("refused when it is made")
		}
		s := backoff.Exponential(time.Duration(first), factor).Jitter(fraction).Cap(time.Duration(limit)).
			For(time.Duration(total)).UpTo(n)
		sum := time.Duration(0)
		waits := walk(s, 1000, chance(seed))
		for _, w := range waits {
			require.GreaterOrEqual(t, w, time.Duration(0))
			require.LessOrEqual(t, w, time.Duration(limit))
			require.LessOrEqual(t, w, time.Duration(total)-sum)
			sum += w
		}
		require.LessOrEqual(t, len(waits), n)
		require.Equal(t, waits, walk(s, 1000, chance(seed)))
	})
}
