package journal

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
)

// ErrUnloaded is why a journal stopped that was unloaded or drained: the run goes on from its records another time.
var ErrUnloaded = errors.New("the run was unloaded")

// ErrExited is the error of an orchestration that exited its goroutine.
var ErrExited = errors.New("the orchestration exited its goroutine")

// phase is how far a journal is.
type phase uint8

const (
	live     phase = iota
	draining       // what is under way is recorded, and nothing begins any more
	dead           // nothing is recorded any more
)

// RunawayError says that a run does not come to an end: it has more steps than Config.MaxSteps, goes on asking although
// a thousand actions in a row were refused, or asks a million times in a row for what needs no record. An endless
// workflow continues as new from time to time.
type RunawayError struct {
	Run, Path string
	Why       string
}

// Error says what was too much.
func (e *RunawayError) Error() string {
	return fmt.Sprintf("the orchestration does not end: step %s: %s", e.Path, e.Why)
}

// Permanent is true: what has no end does not find one the next time.
func (e *RunawayError) Permanent() bool { return true }

const maxRefused, maxSpins = 1000, 1_000_000

// count counts a step.
func (j *Journal) count(path string) error {
	if n := j.steps.Add(1); n > int64(j.MaxSteps) {
		return j.stop(&RunawayError{j.ID, path, fmt.Sprintf("the limit is %d steps", j.MaxSteps)})
	}
	return nil
}

// refuse counts an action that is refused because its context is done.
func (j *Journal) refuse(path string) error {
	if n := j.refused.Add(1); n > maxRefused {
		why := fmt.Sprintf("it goes on although %d actions in a row were refused", maxRefused)
		return j.stop(&RunawayError{j.ID, path, why})
	}
	return nil
}

// spin counts what leaves no record.
func (j *Journal) spin(s *strand, path string) error {
	if s.spins++; s.spins > maxSpins {
		why := fmt.Sprintf("it asked %d times in a row for what needs no record", maxSpins)
		return j.stop(&RunawayError{j.ID, path, why})
	}
	return nil
}

// Run runs an orchestration under its journal, on a goroutine of its own, which exits when the journal stops. The error
// is then that of [Journal.Err], and whatever the orchestration did or returned meanwhile is dropped.
func Run(ctx context.Context, j *Journal, flow func(actions.Yield) (any, error)) (result any, err error) {
	j.mu.Lock()
	j.exits = true
	j.mu.Unlock()
	ctx = j.Context(ctx)
	done, returned := make(chan struct{}), false
	go func() {
		defer close(done)
		defer func() { _ = recover() }() // of a deferred function, while the goroutine exits
		result, err = orchestrate.Run(ctx, flow, j)
		returned = true
	}()
	<-done
	if err := j.Close(); err != nil {
		return nil, err
	}
	if !returned {
		return nil, ErrExited
	}
	return result, err
}

// Close says that the orchestration has returned. It returns nil if what it returned counts, and else why it does not:
// the error of Err, or a [MismatchError] if the journal has records of what the orchestration did not yield. Run calls
// it; after orchestrate.Run the caller does.
func (j *Journal) Close() error {
	j.mu.Lock()
	counts := j.phase == live || j.phase == draining && !j.unwound
	err := j.err
	j.mu.Unlock()
	if !counts {
		return err
	}
	if r := j.past.unvisited(""); r != nil {
		j.halt(dead, j.mismatched(r, nil, nil))
		return j.Err()
	}
	return nil
}

// Err returns why the journal stopped, or nil if it did not: [ErrUnloaded], a [MismatchError], a [RunawayError], an
// [ExitError], the cause given to Kill, or the error of the log.
func (j *Journal) Err() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.err
}

// Idle tells whether every strand waits, and until when at most: until is zero if no timer runs. Of a journal that was
// unloaded it tells what was so then.
func (j *Journal) Idle() (until time.Time, idle bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.unloaded {
		return j.until, true
	}
	return j.rest()
}

// rest is Idle of a journal that was not unloaded. A strand whose context is done is about to notice. The caller holds
// the lock.
func (j *Journal) rest() (until time.Time, idle bool) {
	idle = j.phase == live && j.busy == 0
	for _, w := range j.waiting {
		if !w.until.IsZero() && (until.IsZero() || w.until.Before(until)) {
			until = w.until
		}
		idle = idle && w.ctx.Err() == nil
	}
	return until, idle
}

// Unload stops the journal if every strand waits, and tells whether it did.
func (j *Journal) Unload() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	until, idle := j.rest()
	if !idle {
		return false
	}
	j.until, j.unloaded = until, true
	j.halted(dead, ErrUnloaded)
	return true
}

// Drain lets the actions under way end and be recorded. After that, and where a strand waits, the run stops.
func (j *Journal) Drain() { j.halt(draining, ErrUnloaded) }

// Kill stops the journal: nothing is recorded any more. Whoever calls it also ends the context of the run, so that
// handlers return.
func (j *Journal) Kill(cause error) { j.halt(dead, cause) }

// Pending is what must be written with whatever ends or unloads the run, once Run has returned.
func (j *Journal) Pending() Entry { return Entry{Records: j.main.unkept} }

func (j *Journal) halt(to phase, why error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.halted(to, why)
}

// halted notes that the journal stops, and wakes who waits. The caller holds the lock.
func (j *Journal) halted(to phase, why error) {
	if j.phase >= to {
		return
	}
	if j.phase == live || !errors.Is(why, ErrUnloaded) {
		j.err = why
	}
	j.phase = to
	j.stopped.Store(true)
	for _, w := range j.waiting {
		j.wake(w)
	}
	j.waiting = nil
}

// stop stops the journal on the strand that found out why.
func (j *Journal) stop(why error) error {
	j.halt(dead, why)
	return j.leave()
}

// leave is nil while the journal is live. Otherwise the strand exits its goroutine, or goes on with the error.
func (j *Journal) leave() error {
	if !j.stopped.Load() {
		return nil
	}
	j.mu.Lock()
	j.unwound = true
	err, exits := j.err, j.exits
	j.mu.Unlock()
	if exits {
		runtime.Goexit()
	}
	return &stoppedError{err}
}

// gone is nil while outcomes are recorded.
func (j *Journal) gone() error {
	if !j.stopped.Load() {
		return nil
	}
	j.mu.Lock()
	gone := j.phase == dead
	j.mu.Unlock()
	if gone {
		return j.leave()
	}
	return nil
}

// owns tells whether the goroutines of the strands are the run's own, and still of use.
func (j *Journal) owns() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.exits && j.phase != dead
}

// stoppedError is the error of every action of a run whose journal has stopped.
type stoppedError struct{ error }

func (e *stoppedError) Unwrap() error { return e.error }

// Permanent is true: the journal does not begin again.
func (e *stoppedError) Permanent() bool { return true }
