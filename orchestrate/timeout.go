package orchestrate

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
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
// has passed before the flow begins. If the Sleep itself fails, the flow is cancelled too, and the error is the
// Sleep's; but a flow that ended for reasons of its own, because the run was cancelled for instance, keeps its outcome.
func WithTimeout[T any](y actions.Yield, d time.Duration, flow Orchestration[T]) (T, error) {
	var zero T
	switch {
	case flow == nil:
		return zero, nilFlow("WithTimeout")
	case d <= 0:
		return zero, &TimeoutError{Limit: d}
	}
	g := actions.Group{Mode: actions.Race, Branches: []actions.Branch{
		branchOf(flow),
		{Leaf: actions.Sleep{For: d}},
	}}
	r, err := yieldGroup(y, g)
	switch {
	case err == nil && r.Decided == 1:
		return zero, withUndo(&TimeoutError{Limit: d}, unclean(r))
	case err != nil && !keeps(r):
		return zero, withUndo(err, unclean(r))
	}
	return outcome[T](g, r, 0)
}

// keeps tells whether the flow's own outcome counts although the Sleep beside it failed first: the flow did not end
// because of that.
func keeps(r actions.GroupResult) bool {
	if r.Decided != 1 || len(r.Outcomes) != 2 {
		return false
	}
	flow, sleep := r.Outcomes[0].Err, r.Outcomes[1].Err
	if _, decided := errors.AsType[*executor.DecidedError](flow); decided {
		return false
	}
	// Many handlers say ctx.Err() and not the cause: unless the run was cancelled, the failed Sleep cancelled the flow.
	return !errors.Is(flow, context.Canceled) || ended(sleep)
}

// ended tells whether an action failed because its context was done.
func ended(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
