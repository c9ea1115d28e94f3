package combinators

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// Timeout configures [TimedWith].
type Timeout struct {
	// Limit is how long an action may take. It is required.
	Limit time.Duration
	// LimitOf is asked for the limit of each action. Where it says 0 or less, or panics, Limit holds. nil is the same
	// limit for all.
	LimitOf func(a actions.Action) time.Duration
	// OnTimeout supplies a result in place of the error of an action that failed because its limit has passed. Its
	// context is the caller's. If it returns an error, the action has failed with both; if it panics, with its own. nil
	// leaves the error.
	OnTimeout func(ctx context.Context, a actions.Action) (any, error)
	// Abandon is for handlers that ignore their context: Timed then returns at the limit, and leaves them behind. nil
	// waits for the handler to return.
	Abandon *Abandonment
}

// TimeoutError says that an action did not end within its limit. It is context.DeadlineExceeded to errors.Is. It is the
// cause (see context.Cause) for which the context of the action's handler ends.
type TimeoutError struct {
	Limit  time.Duration
	Action actions.Action
}

// Error tells the limit.
func (e *TimeoutError) Error() string { return fmt.Sprintf("not done within %v", e.Limit) }

// Unwrap returns context.DeadlineExceeded.
func (e *TimeoutError) Unwrap() error { return context.DeadlineExceeded }

// Timeout is true, as the net package's errors have it.
func (e *TimeoutError) Timeout() bool { return true }

// Timed is [TimedWith] a limit and nothing else.
func Timed(limit time.Duration) Combinator {
	if limit <= 0 {
		refuse("Timed", "the limit", "positive", limit)
	}
	return TimedWith(Timeout{Limit: limit})
}

// TimedWith cancels an action that takes too long: its handler's context ends at the limit. It waits for the handler to
// return, so a handler must heed its context; t.Abandon is for those that do not.
//
// An action that fails after its limit has passed fails with a [TimeoutError] and the handler's own error, both of
// which errors.Is and errors.As find. An action that succeeds has succeeded, even if its limit has passed meanwhile.
// Only this limit counts: what comes of a caller's cancellation, of a caller's deadline that is earlier, or of a
// deadline that the handler has set itself, passes untouched. A panic passes through; if the handler is not on the
// caller's goroutine, with the stack of its own.
//
// Below Parallelize it limits each single action; above, a group as a whole. Within [Retried] it limits each attempt,
// and around it all of them with their waits. Of two around each other the shorter limit acts, and its error says
// which it is.
//
// It costs what context.WithTimeout costs, and one allocation for the cause. TimedWith panics if t.Limit is not
// positive.
func TimedWith(t Timeout) Combinator {
	if t.Limit <= 0 {
		refuse("Timeout", "Limit", "positive", t.Limit)
	}
	return func(next executor.Executor) executor.Executor {
		return &timed{around("Timed", next), t}
	}
}

type timed struct {
	layer
	Timeout
}

func (t *timed) Execute(ctx context.Context, a actions.Action) (any, error) {
	limit := t.Limit
	if t.LimitOf != nil {
		limit = t.limitOf(ctx, a)
	}
	timeout := &TimeoutError{limit, a}
	deadline := time.Now().Add(limit)
	child, cancel := context.WithDeadlineCause(ctx, deadline, timeout)
	defer cancel()
	if t.Abandon != nil {
		return t.leavable(ctx, child, deadline, timeout)
	}
	result, err := t.next.Execute(child, a)
	if err == nil || !timeout.ended(child) {
		return result, err
	}
	return t.late(ctx, result, &lateError{timeout: timeout, own: err})
}

// String tells the limit.
func (t *timed) String() string {
	s := fmt.Sprintf("Timed(%v", t.Limit)
	if t.LimitOf != nil {
		s += ", LimitOf"
	}
	if t.Abandon != nil {
		s += ", Abandon"
	}
	return s + ")"
}

func (t *timed) limitOf(ctx context.Context, a actions.Action) time.Duration {
	var limit time.Duration
	_ = contain(ctx, "Timeout.LimitOf", func() { limit = t.LimitOf(a) })
	if limit <= 0 {
		return t.Limit
	}
	return limit
}

// late is what comes of an action that failed and whose limit has passed.
func (t *timed) late(ctx context.Context, result any, err *lateError) (any, error) {
	limit, a := err.timeout.Limit, err.timeout.Action
	report(ctx, &TimedOut{Action: a, Step: executor.StepFrom(ctx), Limit: limit, Abandoned: err.abandoned})
	if t.OnTimeout == nil {
		return result, err.short()
	}
	var instead any
	panicked := contain(ctx, "Timeout.OnTimeout", func() { instead, err.instead = t.OnTimeout(ctx, a) })
	if panicked != nil || err.instead != nil {
		return result, err.short()
	}
	return instead, nil
}

// ended tells whether e, and not an error like it, is why ctx ended.
func (e *TimeoutError) ended(ctx context.Context) bool {
	return context.Cause(ctx) == error(e) //nolint:errorlint // see above
}

// lateError is a limit that passed, together with what else went wrong.
type lateError struct {
	timeout   *TimeoutError
	own       error // the handler's, if any, else why the caller has gone, if it has
	instead   error // OnTimeout's, if any
	abandoned bool
}

// short is e, or the one error that says all of it.
func (e *lateError) short() error {
	if e.instead != nil {
		return e
	}
	if e.own == nil || e.own == context.DeadlineExceeded { //nolint:errorlint // what wraps it says more
		return e.timeout
	}
	if said, ok := errors.AsType[*TimeoutError](e.own); ok && said == e.timeout {
		return e.own
	}
	return e
}

// Error is "not done within 2s: " and the handler's error.
func (e *lateError) Error() string {
	text := e.timeout.Error()
	if e.own != nil {
		text += ": " + e.own.Error()
	}
	if e.instead != nil {
		text += "; OnTimeout: " + e.instead.Error()
	}
	return text
}

func (e *lateError) Unwrap() []error {
	errs := []error{e.timeout}
	if e.own != nil {
		errs = append(errs, e.own)
	}
	if e.instead != nil {
		errs = append(errs, e.instead)
	}
	return errs
}

// NotDone is for the handler to say.
func (e *lateError) NotDone() bool { return !e.abandoned && executor.NotDone(e.own) }

// TimedOut says that an action was not done within its limit. If it was abandoned, its handler is still at work.
type TimedOut struct {
	Action    actions.Action
	Step      executor.Step
	Limit     time.Duration
	Abandoned bool
}

func (*TimedOut) event() {}

// Name is "timed out".
func (*TimedOut) Name() string { return "timed out" }

// LogValue has the action, its step, and the limit.
func (e *TimedOut) LogValue() slog.Value {
	d := describe(e.Action, e.Step).again(e.Step.Attempt())
	return append(d, slog.String(keyBy, "Timed"), slog.Duration(keyLimit, e.Limit)).value()
}
