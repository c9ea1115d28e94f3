package executor

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/baton-go/baton/actions"
)

// Yield makes the yield of a run: the one place where an executor and a context become one. The returned function
// ends it, after which it answers [ErrOver]. orchestrate.Run is how orchestrations are run; Yield is for those who
// write something in its place.
//
// The yield numbers the actions, carries each out on the goroutine that calls it, under a context that knows its step
// (see [StepFrom]), unwraps [actions.Shielded], turns the executor's panics into a [PanicError] and wraps its errors in
// a [StepError] unless they have one. It passes every action on, also under a context that is done: to refuse is the
// executor's duty, because one that keeps a journal answers from its records first. While an action is being carried
// out the yield is lent: other calls get [ErrLent].
//
// It panics if the executor is nil.
func Yield(ctx context.Context, exec Executor) (y actions.Yield, end func()) {
	if isNil(exec) {
		panic("executor.Yield: the executor is nil")
	}
	root := &struct {
		strand
		origin origin
		run    run
	}{}
	s := &root.strand
	s.exec, s.ctx, s.origin = exec, ctx, &root.origin
	at := position(ctx)
	root.origin.begin(at)
	if at.step != nil {
		s.branch = at.flow()
	} else {
		root.run.id = runID(ctx)
		root.origin.run = &root.run
	}
	return s.yield, s.end
}

// strand is one line of control of a run: the orchestration itself, or one branch of a group.
type strand struct {
	lineage
	exec  Executor
	state atomic.Uint32
	next  int32  // the index of the next step
	used  int    // how many of steps are
	steps []step // the current slab
	first [firstSlab]step
}

// The states of a strand.
const (
	idle = iota
	lent
	over
)

// begin makes it the origin of strands that begin at the given place. Outside a run it has no run.
func (o *origin) begin(at place) {
	o.holder, o.parent = at.holder, at.step
	if at.step != nil {
		o.run, o.scope, o.tried = at.step.line.run, at.step.line.scope, at.attempt()-1
	}
}

// yield is on the path of every action, so it is written out: what is rare is in functions of its own.
func (s *strand) yield(a actions.Action) (result any, err error) {
	if !s.state.CompareAndSwap(idle, lent) {
		return nil, s.misuse(a)
	}
	if s.used == len(s.steps) {
		s.grow()
	}
	at := &s.steps[s.used]
	s.used++
	at.line, at.action, at.index = &s.lineage, a, s.next
	s.next++
	returned := false
	defer func() {
		if !returned && at.caught(recover(), &result, &err) {
			s.state.CompareAndSwap(lent, idle)
		}
	}()
	ctx := context.Context(at)
	switch a.(type) {
	case actions.Shielded, actions.Log, actions.Progress, actions.Publish, actions.Version:
		ctx = s.special(at)
	}
	result, err = s.exec.Execute(ctx, at.action)
	if err != nil {
		err = at.wrap(err)
	}
	returned = true
	s.state.CompareAndSwap(lent, idle) // not if the run is over
	return result, err
}

func (s *strand) end() { s.state.Store(over) }

func (s *strand) misuse(a actions.Action) error {
	if s.state.Load() == over {
		return fmt.Errorf("%s: %w", actions.Name(a), ErrOver)
	}
	return fmt.Errorf("%s: %w", actions.Name(a), ErrLent)
}

func (s *strand) grow() {
	s.used = 0
	if s.steps == nil {
		s.steps = s.first[:]
	} else {
		s.steps = make([]step, min(2*len(s.steps), lastSlab))
	}
}

// special makes the context of the actions that are not simply the next step, of which the yield lent to the caller is
// about to carry one out: an aside takes no number, a shielded action has another context.
func (s *strand) special(at *step) context.Context {
	if actions.IsAside(at.action) {
		s.next--
	}
	return at.context()
}

// context is the context in which the action is to be carried out, once it is unwrapped if it is shielded.
func (s *step) context() context.Context {
	shielded := false
	for {
		inner, ok := s.action.(actions.Shielded)
		if !ok {
			break
		}
		s.action, shielded = inner.Action, true
	}
	if !shielded {
		return s
	}
	return &derived{Context: shield(s), place: position(s)}
}

// caught makes an error of what was recovered from a panic of the executor. If that is nothing, the executor is exiting
// the goroutine: the yield then stays lent, so that deferred functions yield nothing more.
func (s *step) caught(panicked any, result *any, err *error) bool {
	if panicked == nil {
		return false
	}
	*result, *err = nil, s.wrap(NewPanicError(panicked))
	return true
}

// wrap says where an error happened, unless it says so itself because it happened at a step within this one.
func (s *step) wrap(err error) error {
	path := Step{at: s}.Path()
	if e, ok := errors.AsType[*StepError](err); ok {
		if NotDone(err) && !notDone(err, true) {
			err = &partial{err}
		}
		if e.within(s.line.run, path) {
			return err
		}
	}
	return &StepError{Path: path, Action: s.action, Err: err, run: s.line.run}
}
