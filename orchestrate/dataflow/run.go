package dataflow

import (
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/baton-go/baton/actions"
)

// EventKind says what happened to a step.
type EventKind uint8

const (
	// Started says that a step begins.
	Started EventKind = iota + 1
	// Finished says that a step has ended well.
	Finished
	// Failed says that a step has failed.
	Failed
	// Skipped says that a step was left out, because an input is missing.
	Skipped
)

// String is the kind in lower case.
func (k EventKind) String() string {
	switch k {
	case Started:
		return "started"
	case Finished:
		return "finished"
	case Failed:
		return "failed"
	case Skipped:
		return "skipped"
	}
	return "unknown"
}

// Event tells what happened to a step, or to a flow that is one. The functions that are told are called one at a time
// in a run, by whoever runs the step, which waits meanwhile. Under a journal they are told again, in each life of the
// run, of what it has behind it.
type Event struct {
	Kind EventKind
	// Path is the names of the flow, of flows within it, and of the step.
	Path string
	// Err is why it failed, or was skipped.
	Err error
}

// run is what the steps of one run, or of one flow or group within it, have in common.
type run struct {
	outer   *run // of the flow that this one is within
	name    string
	watch   *watch
	tally   *tally
	permits *permits
}

type watch struct {
	mu sync.Mutex
	fs []func(Event)
}

// tally counts the steps that are done, for people: nothing is decided by it.
type tally struct {
	done  atomic.Int64
	total int64
}

func newRun(f *Flow, fs []func(Event)) *run {
	r := &run{name: f.name, permits: newPermits(f.limit, nil)}
	if len(fs) > 0 {
		r.watch = &watch{fs: fs}
	}
	r.tally = newTally(f)
	return r
}

func newTally(f *Flow) *tally {
	if !f.progress {
		return nil
	}
	return &tally{total: int64(f.count)}
}

// inside is the run of a flow that is a step.
func (r *run) inside(f *Flow) *run {
	inner := &run{outer: r, name: f.name, watch: r.watch, tally: r.tally, permits: newPermits(f.limit, r.permits)}
	if inner.tally == nil {
		inner.tally = newTally(f)
	}
	return inner
}

// limited is the run of a group with a limit of its own.
func (r *run) limited(n int) *run {
	if n == 0 {
		return r
	}
	limited := *r
	limited.permits = newPermits(n, r.permits)
	return &limited
}

// uncounted is the run of something that counts as one step.
func (r *run) uncounted() *run {
	if r.tally == nil {
		return r
	}
	uncounted := *r
	uncounted.tally = &tally{}
	return &uncounted
}

func (r *run) path(label string) string {
	for ; r != nil; r = r.outer {
		label = join(r.name, label)
	}
	return label
}

// tell tells of a step, if somebody listens.
func (r *run) tell(kind EventKind, label string, err error) {
	if r.watch != nil {
		r.report(kind, label, err)
	}
}

func (r *run) report(kind EventKind, label string, err error) {
	e := Event{Kind: kind, Path: r.path(label), Err: err}
	r.watch.mu.Lock()
	defer r.watch.mu.Unlock()
	for _, f := range r.watch.fs {
		if f != nil {
			f(e)
		}
	}
}

// count counts steps that are done, and says so, if the flow is to tell how far it is.
func (r *run) count(y actions.Yield, steps int, label string) {
	if r.tally != nil {
		r.progress(y, steps, label)
	}
}

func (r *run) progress(y actions.Yield, steps int, label string) {
	if r.tally.total == 0 || steps == 0 {
		return
	}
	done := r.tally.done.Add(int64(steps))
	// How far the run is matters to nobody in it.
	_, _ = y(actions.Progress{Done: done, Total: r.tally.total, Message: r.path(label)})
}

// skip tells that a step, or several, was left out.
func (r *run) skip(y actions.Yield, label string, steps int, err error) {
	r.tell(Skipped, label, err)
	_, _ = y(actions.Log{Level: slog.LevelDebug, Message: "skipped", Attrs: []slog.Attr{
		slog.String("step", r.path(label)), slog.String("why", err.Error()),
	}})
	r.count(y, steps, label)
}
