package journal

import (
	"context"
	"errors"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// ErrExited is the error of an orchestration that exited its goroutine.
var ErrExited = errors.New("the orchestration exited its goroutine")

var errStarted = errors.New("journal.Run: the journal was started before, and it is for one start")

// Run runs an orchestration under its journal, on a goroutine of its own, which exits when the journal stops. The error
// is then that of [Journal.Err], and whatever the orchestration did or returned meanwhile is dropped.
func Run(ctx context.Context, j *Journal, flow func(actions.Yield) (any, error)) (result any, err error) {
	j.mu.Lock()
	started := j.exits
	j.exits = true
	j.mu.Unlock()
	switch {
	case started:
		return nil, errStarted
	case flow == nil:
		return nil, errors.New("journal.Run: the orchestration is nil")
	}
	var exec executor.Executor = j
	if j.Observe != nil {
		exec = j.Observe(j)
	}
	ctx = j.Context(ctx)
	j.left = make(chan struct{})
	returned := false
	go func() {
		defer close(j.left)
		result, err = orchestrate.Run(ctx, func(y actions.Yield) (any, error) { return flow(j.guard(y)) }, exec)
		returned = true
	}()
	<-j.left
	if err := j.Close(); err != nil {
		return nil, err
	}
	if !returned {
		return nil, ErrExited
	}
	return result, err
}

// guard has a yield exit the goroutine whenever the journal has stopped: also while it exits already, where a deferred
// function that goes on asking until it gets an answer would have no end. Once the orchestration has left its goroutine
// the caller's is that of somebody else, who has kept the yield: that is told [executor.ErrOver], and goes on.
func (j *Journal) guard(y actions.Yield) actions.Yield {
	return func(a actions.Action) (any, error) {
		select {
		case <-j.left:
			return y(a)
		default:
		}
		if err := j.leave(); err != nil {
			return nil, err
		}
		return y(a)
	}
}

// Close says that the orchestration has returned. It returns nil if what it returned counts, and else why it does not:
// the error of Err, or a [MismatchError] if the journal has records of what the orchestration did not yield. Nothing is
// recorded after that. Run calls it; after orchestrate.Run the caller does.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.phase == dead || j.phase == draining && j.unwound {
		return j.err
	}
	var why error
	if r := j.past.unvisited(""); r != nil {
		why = j.mismatched(r, nil, nil)
	}
	j.halted(dead, why)
	j.err = why
	return why
}

// Err returns why the journal stopped, or nil if it did not, or because the orchestration returned: [ErrUnloaded], a
// [MismatchError], a [RunawayError], an [ExitError], [ErrExited], the cause given to Kill, or the error of the log.
func (j *Journal) Err() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.err
}

// stoppedError is the error of every action of a run whose journal has stopped.
type stoppedError struct{ error }

// why is the error of what is asked of a journal that has stopped. The caller holds the lock.
func (j *Journal) why() error {
	if j.err == nil {
		return &stoppedError{executor.ErrOver}
	}
	return &stoppedError{j.err}
}

func (e *stoppedError) Unwrap() error { return e.error }

// Permanent is true: the journal does not begin again.
func (e *stoppedError) Permanent() bool { return true }
