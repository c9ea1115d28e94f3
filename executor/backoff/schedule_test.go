package backoff_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/executor/backoff"
)

const longest = time.Duration(math.MaxInt64)

func half() float64 { return 0.5 }

// walk takes at most n waits.
func walk(s backoff.Schedule, n int, random func() float64) (waits []time.Duration) {
	for range n {
		wait, rest, ok := s.Next(random)
		if !ok {
			break
		}
		waits, s = append(waits, wait), rest
	}
	return waits
}

type waits = []time.Duration

func TestSchedules(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	for name, c := range map[string]struct {
		schedule backoff.Schedule
		want     waits // the first five
	}{
		"nil":                     {nil, nil},
		"constant":                {backoff.Constant(ms), waits{ms, ms, ms, ms, ms}},
		"constant zero":           {backoff.Constant(0), waits{0, 0, 0, 0, 0}},
		"linear":                  {backoff.Linear(ms, 2*ms), waits{ms, 3 * ms, 5 * ms, 7 * ms, 9 * ms}},
		"exponential":             {backoff.Exponential(ms, 2), waits{ms, 2 * ms, 4 * ms, 8 * ms, 16 * ms}},
		"exponential, of one":     {backoff.Exponential(ms, 1), waits{ms, ms, ms, ms, ms}},
		"exponential, very short": {backoff.Exponential(1, 1.5), waits{1, 1, 2, 3, 5}},
		"exponential, very long": {
			backoff.Exponential(longest/2, 1e300),
			waits{longest / 2, longest, longest, longest, longest},
		},
		"exponential, of nothing": {backoff.Exponential(0, 2), waits{0, 0, 0, 0, 0}},
		"linear, very long": {
			backoff.Linear(longest-1, longest),
			waits{longest - 1, longest, longest, longest, longest},
		},
		"decorrelated": {
			backoff.Decorrelated(ms, 4*ms),
			waits{2 * ms, 3500 * time.Microsecond, 4 * ms, 4 * ms, 4 * ms},
		},
		"decorrelated, very long": {
			backoff.Decorrelated(longest, longest),
			waits{longest, longest, longest, longest, longest},
		},
		"full jitter": {
			backoff.Linear(ms, ms).FullJitter(),
			waits{ms / 2, ms, 3 * ms / 2, 2 * ms, 5 * ms / 2},
		},
		"jitter":                   {backoff.Constant(ms).Jitter(0.5), waits{ms, ms, ms, ms, ms}},
		"cap":                      {backoff.Linear(ms, ms).Cap(3 * ms), waits{ms, 2 * ms, 3 * ms, 3 * ms, 3 * ms}},
		"cap of nothing":           {backoff.Linear(ms, ms).Cap(0), waits{0, 0, 0, 0, 0}},
		"up to":                    {backoff.Linear(ms, ms).UpTo(2), waits{ms, 2 * ms}},
		"up to none":               {backoff.Linear(ms, ms).UpTo(0), nil},
		"up to more than there is": {backoff.Constant(ms).UpTo(1).UpTo(9), waits{ms}},
		"for":                      {backoff.Linear(ms, ms).For(6 * ms), waits{ms, 2 * ms, 3 * ms}},
		"for, just too short":      {backoff.Linear(ms, ms).For(6*ms - 1), waits{ms, 2 * ms}},
		"for nothing":              {backoff.Constant(ms).For(0), nil},
		"for ever":                 {backoff.Constant(longest).For(longest), waits{longest}},
		"for nothing, of nothing":  {backoff.Constant(0).For(0), waits{0, 0, 0, 0, 0}},
		"then": {
			backoff.Constant(ms).UpTo(2).Then(backoff.Constant(2 * ms)),
			waits{ms, ms, 2 * ms, 2 * ms, 2 * ms},
		},
		"then of nil":         {backoff.Schedule(nil).Then(backoff.Constant(ms).UpTo(1)).Then(nil), waits{ms}},
		"nil with everything": {backoff.Schedule(nil).Cap(1).Jitter(1).FullJitter().For(1).UpTo(3), nil},
	} {
		require.Equal(t, c.want, walk(c.schedule, 5, half), name)
	}
}

func TestJitterStaysInItsBounds(t *testing.T) {
	t.Parallel()
	almostOne := func() float64 { return math.Nextafter(1, 0) }
	zero := func() float64 { return 0 }
	s := backoff.Constant(time.Second)
	require.Equal(t, time.Duration(0), walk(s.FullJitter(), 1, zero)[0])
	require.Less(t, walk(s.FullJitter(), 1, almostOne)[0], time.Second)
	require.Equal(t, 900*time.Millisecond, walk(s.Jitter(0.1), 1, zero)[0])
	require.LessOrEqual(t, walk(s.Jitter(0.1), 1, almostOne)[0], 1100*time.Millisecond)
	require.Equal(t, time.Duration(0), walk(s.Jitter(1), 1, zero)[0])
	require.Equal(t, longest, walk(backoff.Constant(longest).Jitter(1), 1, almostOne)[0])
}

func TestBadSchedulesAreRefusedWhenTheyAreMade(t *testing.T) {
	t.Parallel()
	for want, build := range map[string]func(){
		"backoff.Constant: the wait must be at least 0s, got -1ns":          func() { backoff.Constant(-1) },
		"backoff.Linear: the first wait must be at least 0s, got -1ns":      func() { backoff.Linear(-1, 0) },
		"backoff.Linear: the step must be at least 0s, got -1s":             func() { backoff.Linear(0, -time.Second) },
		"backoff.Exponential: the first wait must be at least 0s, got -1ns": func() { backoff.Exponential(-1, 2) },
		"backoff.Exponential: the factor must be at least 1, got 0.5":       func() { backoff.Exponential(1, 0.5) },
		"backoff.Exponential: the factor must be at least 1, got NaN": func() {
			backoff.Exponential(1, math.NaN())
		},
		"backoff.Exponential: the factor must be finite, got +Inf": func() {
			backoff.Exponential(1, math.Inf(1))
		},
		"backoff.Decorrelated: the base must be at least 1ns, got 0s":          func() { backoff.Decorrelated(0, 1) },
		"backoff.Decorrelated: the limit must be at least 2ns, got 1ns":        func() { backoff.Decorrelated(2, 1) },
		"backoff.Schedule.Jitter: the fraction must be between 0 and 1, got 2": func() { backoff.Constant(1).Jitter(2) },
		"backoff.Schedule.Jitter: the fraction must be between 0 and 1, got NaN": func() {
			backoff.Constant(1).Jitter(math.NaN())
		},
		"backoff.Schedule.Cap: the limit must be at least 0s, got -1ns":    func() { backoff.Constant(1).Cap(-1) },
		"backoff.Schedule.UpTo: the number must be at least 0, got -1":     func() { backoff.Constant(1).UpTo(-1) },
		"backoff.Schedule.For: the duration must be at least 0s, got -1ns": func() { backoff.Constant(1).For(-1) },
	} {
		require.PanicsWithValue(t, want, build)
	}
}
