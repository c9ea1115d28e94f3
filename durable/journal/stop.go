package journal

import (
	"context"
	"errors"
	"runtime"
	"time"
)

// ErrUnloaded is why a journal stopped that was unloaded or drained: the run goes on from its records another time.
var ErrUnloaded = errors.New("the run was unloaded")

// phase is how far a journal is.
type phase uint8

const (
	live     phase = iota
	draining       // what is under way is recorded, and nothing begins any more
	dead           // nothing is recorded any more
)

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
// handlers return. Without a cause that is context.Canceled.
func (j *Journal) Kill(cause error) {
	if cause == nil {
		cause = context.Canceled
	}
	j.halt(dead, cause)
}

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
	j.phase, j.err = to, why
	j.stopped.Store(true)
	if to == dead {
		close(j.over)
	}
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
	err, exits := j.why(), j.exits
	j.mu.Unlock()
	if exits {
		runtime.Goexit()
	}
	return err
}

// gone is nil while outcomes are recorded.
func (j *Journal) gone() error {
	if !j.stopped.Load() {
		return nil
	}
	if j.dead() {
		return j.leave()
	}
	return nil
}

// dead tells whether nothing is recorded any more.
func (j *Journal) dead() bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.phase == dead
}
