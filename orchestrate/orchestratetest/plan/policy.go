package plan

import (
	"math"
	"time"
)

// worst is the most calls, and the longest time, of an action that takes as long as given if it is called once. Each is
// the worst by itself: calls that end at once, after the shortest waits, leave time for more of them.
func (p Policy) worst(took time.Duration) (calls int, longest time.Duration) {
	if p.Timeout > 0 {
		took = p.Timeout
	}
	limit := time.Duration(math.MaxInt64)
	if p.MaxElapsed > 0 {
		limit = p.MaxElapsed
	}
	calls, _ = p.waits(limit, 0)
	slow, waited := p.waits(math.MaxInt64, math.Nextafter(1, 0))
	longest = later(times(took, slow), waited)
	if calls > 1 { // the last begins before the limit
		longest = min(longest, later(limit, took))
	}
	return calls, longest
}

// waits counts the attempts whose waits stay within a limit, and adds these waits up.
func (p Policy) waits(limit time.Duration, random float64) (attempts int, sum time.Duration) {
	most := max(1, p.MaxAttempts)
	if p.Schedule == nil {
		return most, 0
	}
	rest := p.Schedule
	for attempts = 1; attempts < most; attempts++ {
		wait, next, ok := rest.Next(func() float64 { return random })
		if !ok || later(sum, wait) > limit {
			break
		}
		sum, rest = later(sum, wait), next
	}
	return attempts, sum
}

// times multiplies a duration that is not negative, up to the end of time.
func times(d time.Duration, n int) time.Duration {
	if d > 0 && int64(n) > math.MaxInt64/int64(d) {
		return math.MaxInt64
	}
	return d * time.Duration(n)
}
