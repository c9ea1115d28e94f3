package backoff

import (
	"fmt"
	"math"
	"time"
)

// Schedule is a sequence of waits, one before each retry. Calling it returns the first wait and the schedule of the
// rest; ok is false when the sequence has ended, which means to give up. It calls random, which returns a number in
// [0,1), once for each wait that depends on chance and never otherwise. An ended schedule returns zero values.
//
// A Schedule is immutable and safe for concurrent use. The nil Schedule has ended. Waits that would exceed the largest
// time.Duration are that long.
type Schedule func(random func() float64) (wait time.Duration, rest Schedule, ok bool)

// Next returns the first wait and the schedule of the rest, and false for the nil Schedule.
func (s Schedule) Next(random func() float64) (wait time.Duration, rest Schedule, ok bool) {
	if s == nil {
		return 0, nil, false
	}
	return s(random)
}

// Constant waits d each time, for ever. It panics if d is negative.
func Constant(d time.Duration) Schedule {
	require("Constant", "the wait", d, 0)
	var s Schedule
	s = func(func() float64) (time.Duration, Schedule, bool) { return d, s, true }
	return s
}

// Linear waits first, then each time step longer, for ever. It panics if one of the two is negative.
func Linear(first, step time.Duration) Schedule {
	require("Linear", "the first wait", first, 0)
	require("Linear", "the step", step, 0)
	return func(func() float64) (time.Duration, Schedule, bool) {
		return first, Linear(add(first, step), step), true
	}
}

// Exponential waits first, then each time factor times as long, for ever. It panics if first is negative or factor is
// less than 1.
func Exponential(first time.Duration, factor float64) Schedule {
	require("Exponential", "the first wait", first, 0)
	if math.IsInf(factor, 1) {
		panic(fmt.Sprintf("backoff.Exponential: the factor must be finite, got %v", factor))
	}
	if !(factor >= 1) {
		panic(fmt.Sprintf("backoff.Exponential: the factor must be at least 1, got %v", factor))
	}
	return exponential(first, float64(first), factor)
}

// exponential keeps the exact wait, or short ones would never grow by less than a nanosecond. Very long ones are not
// exact, but do not shrink therefore.
func exponential(wait time.Duration, exact, factor float64) Schedule {
	return func(func() float64) (time.Duration, Schedule, bool) {
		next := exact * factor
		return wait, exponential(max(wait, saturated(next)), next, factor), true
	}
}

// Decorrelated waits, each time, between base and three times the wait before, at random, but never longer than
// limit: "decorrelated jitter" (Brooker, Exponential Backoff and Jitter, AWS Architecture Blog, 2015). It panics if
// base is not positive or limit is less than base.
func Decorrelated(base, limit time.Duration) Schedule {
	require("Decorrelated", "the base", base, 1)
	require("Decorrelated", "the limit", limit, base)
	return decorrelated(base, base, limit)
}

func decorrelated(base, previous, limit time.Duration) Schedule {
	return func(random func() float64) (time.Duration, Schedule, bool) {
		wait := min(limit, add(base, scale(scale(previous, 3)-base, random())))
		return wait, decorrelated(base, wait, limit), true
	}
}

// FullJitter waits, each time, between nothing and what s says, at random: "full jitter" of the same source as
// [Decorrelated].
func (s Schedule) FullJitter() Schedule {
	return s.each(func(wait time.Duration, random func() float64) time.Duration { return scale(wait, random()) })
}

// Jitter waits, each time, what s says give or take the given fraction of it, at random. It panics if the fraction is
// not between 0 and 1.
func (s Schedule) Jitter(fraction float64) Schedule {
	if !(fraction >= 0 && fraction <= 1) {
		panic(fmt.Sprintf("backoff.Schedule.Jitter: the fraction must be between 0 and 1, got %v", fraction))
	}
	return s.each(func(wait time.Duration, random func() float64) time.Duration {
		return scale(wait, 1+fraction*(2*random()-1))
	})
}

// Cap waits, each time, what s says but never longer than limit. It panics if limit is negative.
func (s Schedule) Cap(limit time.Duration) Schedule {
	require("Schedule.Cap", "the limit", limit, 0)
	return s.each(func(wait time.Duration, _ func() float64) time.Duration { return min(wait, limit) })
}

// UpTo ends s after n waits, which makes n+1 attempts. It panics if n is negative.
func (s Schedule) UpTo(n int) Schedule {
	require("Schedule.UpTo", "the number", n, 0)
	return func(random func() float64) (time.Duration, Schedule, bool) {
		if n == 0 {
			return 0, nil, false
		}
		wait, rest, ok := s.Next(random)
		if !ok {
			return 0, nil, false
		}
		return wait, rest.UpTo(n - 1), true
	}
}

// For ends s before the wait with which all waits together would exceed d; if that wait depends on chance, random is
// called for it too. It panics if d is negative.
func (s Schedule) For(d time.Duration) Schedule {
	require("Schedule.For", "the duration", d, 0)
	return func(random func() float64) (time.Duration, Schedule, bool) {
		wait, rest, ok := s.Next(random)
		if !ok || wait > d {
			return 0, nil, false
		}
		return wait, rest.For(d - wait), true
	}
}

// Then goes on with next when s has ended.
func (s Schedule) Then(next Schedule) Schedule {
	return func(random func() float64) (time.Duration, Schedule, bool) {
		wait, rest, ok := s.Next(random)
		if !ok {
			return next.Next(random)
		}
		return wait, rest.Then(next), true
	}
}

func (s Schedule) each(f func(wait time.Duration, random func() float64) time.Duration) Schedule {
	return func(random func() float64) (time.Duration, Schedule, bool) {
		wait, rest, ok := s.Next(random)
		if !ok {
			return 0, nil, false
		}
		return f(wait, random), rest.each(f), true
	}
}

// add, scale and saturated end at the largest duration.
func add(a, b time.Duration) time.Duration {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

func scale(d time.Duration, factor float64) time.Duration { return saturated(float64(d) * factor) }

func saturated(d float64) time.Duration {
	if d >= math.MaxInt64 {
		return math.MaxInt64
	}
	return time.Duration(d)
}

func require[N int | time.Duration](function, what string, got, least N) {
	if got < least {
		panic(fmt.Sprintf("backoff.%s: %s must be at least %v, got %v", function, what, least, got))
	}
}
