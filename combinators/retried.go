package combinators

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
)

const (
	defaultAttempts = 3
	defaultMaxDelay = 30 * time.Second
	defaultDelay    = 100 * time.Millisecond
)

// Retry configures [Retried]. The zero value makes up to three attempts, with waits of at most 100 and 200 ms between.
type Retry struct {
	// MaxAttempts bounds the attempts, the first one included, whatever the Schedule says. 0 is 3; math.MaxInt leaves it
	// to the other bounds. The error of each attempt is kept until the last.
	MaxAttempts int
	// MaxElapsed bounds the time from the beginning of the first attempt to that of the last: a wait that would end later
	// is not begun. Attempts themselves are not cut short; that is for [Timed]. 0 is no bound.
	MaxElapsed time.Duration
	// MaxDelay bounds every wait, those that errors ask for included. 0 is 30 s.
	MaxDelay time.Duration
	// Schedule says how long to wait before each retry, and ends the retries when it ends. nil is
	// backoff.Exponential(100*time.Millisecond, 2).Cap(MaxDelay).FullJitter(). A wait that the error asks for (see
	// [backoff.After]) is kept to if it is longer. If one of your own panics, the retries end.
	Schedule backoff.Schedule
	// RetryIf is asked, after Class, whether a failure is to be retried. nil retries every failure but those that are
	// marked with [Permanent]; about these it is not asked. If it panics the failure is not retried.
	RetryIf func(err error) bool
	// OnRetry is called before each wait. An error that it returns ends the retries; it stands in the [RetryError] behind
	// those of the attempts. If it panics, the retries go on.
	OnRetry func(ctx context.Context, failed Attempt) error
	// Budget bounds the retries of all that share it. nil is no bound.
	Budget *RetryBudget
	// Class classifies the outcome of each attempt that returned an error; failures are retried. nil is [Classify].
	Class Classifier
}

// Attempt is an attempt that failed and is to be followed by another.
type Attempt struct {
	// Number counts the attempts from 1.
	Number int
	Err    error
	// Delay is the wait before the next attempt.
	Delay  time.Duration
	Action actions.Action
}

// RetryError says that every attempt failed. It wraps the errors of all of them.
type RetryError = backoff.RetryError

// Permanent marks an error as one that no retry can cure. It returns nil for nil.
func Permanent(err error) error { return backoff.Permanent(err) }

// Retried carries an action out again when it fails. Each attempt gets the original action; its number, counted from 1,
// is what executor.StepFrom(ctx).Attempt() tells the handler.
//
// An error that is not to be retried comes back as itself, at once: a neutral one (the caller has gone, or another
// combinator rejected the action), one that is marked with [Permanent], or one that RetryIf declines. There is one
// exception: if it says that the action was not done (see [executor.NotDone]) but an earlier attempt may have done it,
// a [RetryError] says so. In all other cases the error is a *RetryError with the errors of all attempts, followed by
// what cut them short, if something did: the end of the context, which ends a wait at once; a deadline before which
// the next attempt could not begin; [ErrBudgetSpent]; or the error of OnRetry. There is no wait after the last
// attempt. Panics pass through and are not retried, unless [Recovered] below makes errors of them.
//
// Below Parallelize it retries each single action; above, it retries a group as a whole, with every branch. Retried
// around Retried multiplies the attempts: two of three make nine. It belongs around a [Timed] for each attempt, and
// within one for all of them. Retries last as long as the process does: for those that take hours there is
// orchestrate.Retry.
//
// An action that succeeds costs one comparison and no allocation, with a MaxElapsed one reading of the clock, with a
// Budget that is not full one atomic addition. Retried panics if a number in r is negative.
func Retried(r Retry) Combinator {
	if r.MaxAttempts < 0 {
		refuse("Retry", "MaxAttempts", "at least 1", r.MaxAttempts)
	}
	if r.MaxElapsed < 0 {
		refuse("Retry", "MaxElapsed", "positive", r.MaxElapsed)
	}
	if r.MaxDelay < 0 {
		refuse("Retry", "MaxDelay", "positive", r.MaxDelay)
	}
	if r.MaxAttempts == 0 {
		r.MaxAttempts = defaultAttempts
	}
	if r.MaxDelay == 0 {
		r.MaxDelay = defaultMaxDelay
	}
	if r.Schedule == nil {
		r.Schedule = backoff.Exponential(defaultDelay, 2).Cap(r.MaxDelay).FullJitter()
	}
	return func(next executor.Executor) executor.Executor {
		return &retried{around("Retried", next), r}
	}
}

type retried struct {
	layer
	Retry
}

func (r *retried) Execute(ctx context.Context, a actions.Action) (any, error) {
	var began time.Time
	if r.MaxElapsed > 0 {
		began = time.Now()
	}
	if r.Budget != nil {
		r.Budget.deposit()
	}
	result, err := r.next.Execute(ctx, a)
	if err == nil {
		return result, nil
	}
	return r.retry(ctx, a, began, result, err)
}

// String tells the number of attempts.
func (r *retried) String() string { return fmt.Sprintf("Retried(%d)", r.MaxAttempts) }

// retry goes on after the first attempt, which failed.
func (r *retried) retry(ctx context.Context, a actions.Action, began time.Time, result any, err error) (any, error) {
	var errs []error
	first := executor.StepFrom(ctx).Attempt() // not 1 within another combinator that repeats
	schedule := r.Schedule
	for n := 1; ; n++ {
		if !r.retryable(ctx, err) {
			return result, unretried(errs, err)
		}
		errs = append(errs, err)
		if n >= r.MaxAttempts {
			return result, &RetryError{Attempts: n, Errs: errs}
		}
		var wait time.Duration
		var more bool
		_ = contain(ctx, "Retry.Schedule", func() { wait, schedule, more = schedule.Next(rand.Float64) })
		if !more {
			return result, &RetryError{Attempts: n, Errs: errs}
		}
		failed := Attempt{Number: n, Err: err, Delay: r.delay(wait, err), Action: a}
		if r.MaxElapsed > 0 && failed.Delay > r.MaxElapsed-time.Since(began) {
			return result, &RetryError{Attempts: n, Errs: errs}
		}
		if err := r.pause(ctx, failed); err != nil {
			return result, &RetryError{Attempts: n, Errs: append(errs, err)}
		}
		result, err = r.next.Execute(executor.WithAttempt(ctx, first+n), a)
		if err == nil {
			return result, nil
		}
	}
}

func (r *retried) retryable(ctx context.Context, err error) (retry bool) {
	if r.Class.of(ctx, err) != Failure || backoff.IsPermanent(err) {
		return false
	}
	if r.RetryIf == nil {
		return true
	}
	_ = contain(ctx, "Retry.RetryIf", func() { retry = r.RetryIf(err) })
	return retry
}

// unretried is the error to return for one that is not retried, after attempts that failed with errs.
func unretried(errs []error, err error) error {
	if len(errs) == 0 || !executor.NotDone(err) {
		return err
	}
	all := &RetryError{Attempts: len(errs) + 1, Errs: append(errs, err)}
	if all.NotDone() {
		return err
	}
	return all
}

// delay is the wait that the schedule says, or the longer one that the error asks for.
func (r *retried) delay(wait time.Duration, err error) time.Duration {
	if after, ok := backoff.RetryAfter(err); ok {
		wait = max(wait, after)
	}
	return min(max(wait, 0), r.MaxDelay)
}

// pause waits for the next attempt, or tells why there is none.
func (r *retried) pause(ctx context.Context, failed Attempt) (err error) {
	if err := executor.Refuse(ctx); err != nil {
		return err
	}
	if deadline, ok := ctx.Deadline(); ok && failed.Delay >= time.Until(deadline) {
		return errTooLate
	}
	if r.Budget != nil {
		if !r.Budget.withdraw() {
			report(ctx, &Refused{By: "Retried", Action: failed.Action, Step: executor.StepFrom(ctx), Err: ErrBudgetSpent})
			return ErrBudgetSpent
		}
		waited := false
		defer func() {
			if !waited || err != nil { // there is no retry, which costs nothing
				r.Budget.giveBack()
			}
		}()
		err = r.wait(ctx, failed)
		waited = true
		return err
	}
	return r.wait(ctx, failed)
}

// wait waits, unless OnRetry objects.
func (r *retried) wait(ctx context.Context, failed Attempt) (veto error) {
	if r.OnRetry != nil {
		_ = contain(ctx, "Retry.OnRetry", func() { veto = r.OnRetry(ctx, failed) })
	}
	if veto != nil {
		return veto
	}
	report(ctx, &RetryScheduled{failed, executor.StepFrom(ctx)})
	return sleep(ctx, failed.Delay)
}

// errTooLate says that the context would be over before the wait is.
var errTooLate = fmt.Errorf("the next attempt would begin after the deadline: %w", context.DeadlineExceeded)

// sleep waits, and is over at once when ctx is.
func sleep(ctx context.Context, d time.Duration) error {
	if d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
	}
	return executor.Refuse(ctx)
}
