package orchestrate

import (
	"errors"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
)

// ErrNotReady is the error of [Poll] when its schedule has ended.
var ErrNotReady = errors.New("still not ready when the schedule ended")

// Retry runs a flow again as long as it fails and the schedule says when. It yields its waits as Sleep, and Random
// where the schedule depends on chance, so that a retry over hours survives restarts; use combinators.Retried for
// what is over in seconds. An error that says when to come back (see [backoff.After]) is not retried before.
//
// One that no retry can cure (see [backoff.Permanent]) comes back as itself, at once, unless it says that nothing was
// done (see [executor.NotDone]) where an earlier attempt may have done it. Else the error is a [backoff.RetryError]
// with those of all attempts; if a wait was cut short, with the reason behind them. They are kept until then, so do not
// retry for ever by a schedule without an end.
func Retry[T any](y actions.Yield, schedule backoff.Schedule, flow Orchestration[T]) (T, error) {
	if flow == nil {
		var zero T
		return zero, nilFlow("Retry")
	}
	var errs []error
	for attempts := 1; ; attempts++ {
		result, err := flow(y)
		if err == nil {
			return result, nil
		}
		errs = append(errs, err)
		if hopeless(err) {
			return result, unretried(errs)
		}
		rest, ok, err := pause(y, schedule, err)
		if err != nil {
			errs = append(errs, err)
		}
		if !ok {
			return result, &backoff.RetryError{Attempts: attempts, Errs: errs}
		}
		schedule = rest
	}
}

// Poll runs a flow until it says that it is done, and returns its result. Between the runs it yields the schedule's
// waits as Sleep. An error of the flow ends it; put [Retry] around what may fail for a while. When the schedule has
// ended the error is [ErrNotReady].
func Poll[T any](
	y actions.Yield, schedule backoff.Schedule, flow func(y actions.Yield) (result T, done bool, err error),
) (T, error) {
	if flow == nil {
		var zero T
		return zero, nilFlow("Poll")
	}
	for {
		result, done, err := flow(y)
		if err != nil || done {
			return result, err
		}
		rest, ok, err := pause(y, schedule, nil)
		switch {
		case err != nil:
			return result, err
		case !ok:
			return result, ErrNotReady
		}
		schedule = rest
	}
}

// pause yields the next wait of the schedule, or the longer one that cause asks for. It returns the rest of the
// schedule, or false if it has ended or the wait was cut short by the error.
func pause(y actions.Yield, schedule backoff.Schedule, cause error) (backoff.Schedule, bool, error) {
	var failed error
	wait, rest, ok := schedule.Next(func() float64 {
		if failed != nil {
			return 0
		}
		var bits uint64
		bits, failed = Do(y, actions.Random{})
		return float64(bits>>11) / (1 << 53)
	})
	if !ok || failed != nil {
		return nil, false, failed
	}
	if after, ok := backoff.RetryAfter(cause); ok {
		wait = max(wait, after)
	}
	if err := Tell(y, actions.Sleep{For: wait}); err != nil {
		return nil, false, err
	}
	return rest, true, nil
}

// unretried is the error for attempts of which the last is hopeless.
func unretried(errs []error) error {
	last := errs[len(errs)-1]
	all := &backoff.RetryError{Attempts: len(errs), Errs: errs}
	if executor.NotDone(last) && !all.NotDone() {
		return all
	}
	return last
}

// hopeless tells whether no retry can cure err: it says so, as that of a misused yield does, or nobody steps the
// orchestration any more.
func hopeless(err error) bool { return backoff.IsPermanent(err) || errors.Is(err, ErrStopped) }
