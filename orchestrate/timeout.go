package orchestrate

import (
	"context"
	"fmt"
	"time"

	"github.com/baton-go/baton/actions"
)

// TimeoutError says that a flow did not end within its limit. It is context.DeadlineExceeded to errors.Is.
type TimeoutError struct{ Limit time.Duration }

// Error tells the limit.
func (e *TimeoutError) Error() string { return fmt.Sprintf("not done within %v", e.Limit) }

// Unwrap returns context.DeadlineExceeded.
func (e *TimeoutError) Unwrap() error { return context.DeadlineExceeded }

// Timeout is true, as the net package's errors have it.
func (e *TimeoutError) Timeout() bool { return true }

// WithTimeout runs a flow and cancels it if it has not ended after d; the error is then a [TimeoutError]. It races the
// flow against a Sleep, so the limit lasts as long as the run does, through restarts too. A limit that is not positive
// has passed before the flow begins.
func WithTimeout[T any](y actions.Yield, d time.Duration, flow Orchestration[T]) (T, error) {
	var zero T
	switch {
	case flow == nil:
		return zero, errNilFlow
	case d <= 0:
		return zero, &TimeoutError{Limit: d}
	}
	g := actions.Group{Mode: actions.Race, Branches: []actions.Branch{
		branchOf(flow),
		{Leaf: actions.Sleep{For: d}},
	}}
	r, err := yieldGroup(y, g)
	if err != nil {
		return zero, err
	}
	if r.Decided == 1 {
		return zero, &TimeoutError{Limit: d}
	}
	return outcome[T](g, r, 0)
}
