package orchestratetest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/internal/show"
	"github.com/baton-go/baton/orchestrate"
)

// Stepper walks through an orchestration action by action: look at what it asks for, answer, look again. It is for one
// goroutine.
//
// In a group, an action of each branch waits, and the test chooses which one is answered next. Once a branch has
// decided its group, what waits in the others is cancelled, and they are refused what they yield then; what they shield
// still waits for an answer. So does whatever is shielded once the run is cancelled. Asides answer themselves.
//
// [Stepper.Fork] splits the walk in two, here or at an earlier step.
type Stepper[T any] struct {
	t    TB
	flow orchestrate.Orchestration[T]
	walk *walk

	moves    []move
	result   T
	err      error
	returned bool
	checked  bool
}

// move is something that the test did in a walk.
type move struct {
	Pending
	reply  orchestrate.Reply
	cancel bool
}

// Pending is an action that waits for its answer, at its step.
type Pending struct {
	Path   string
	Action actions.Action
}

// String is the path and the action.
func (p Pending) String() string { return p.Path + "  " + show.Action(p.Action) }

// NewStepper runs an orchestration until it waits for its first answer. What has not ended when the test does is
// stopped: its goroutine exits, after deferred functions. Without a flow the test ends at once.
func NewStepper[T any](t TB, flow orchestrate.Orchestration[T]) *Stepper[T] {
	require(t, "NewStepper")
	t.Helper()
	if flow == nil {
		t.Errorf("orchestratetest.NewStepper: the flow is nil")
		t.FailNow()
	}
	s := &Stepper[T]{t: t, flow: flow}
	s.start()
	return s
}

func (s *Stepper[T]) start() {
	s.err = orchestrate.ErrNotOver
	s.walk = startWalk(s.t, s.flow, func(result T, err error) { s.result, s.err, s.returned = result, err, true })
	s.t.Cleanup(s.walk.stop)
}

// Action is the action that waits: the first by its step, if several do. It is nil if the orchestration has ended.
func (s *Stepper[T]) Action() actions.Action {
	if at := s.walk.at(""); at != nil {
		return at.action
	}
	return nil
}

// Pending lists everything that waits, in the order of the steps. The list is empty if the orchestration has ended.
func (s *Stepper[T]) Pending() []Pending {
	ps := make([]Pending, len(s.walk.waiting))
	for i, p := range s.walk.waiting {
		at := p.Value.(*waiting)
		ps[i] = Pending{at.path, at.action}
	}
	return ps
}

// Answer answers the [Stepper.Action] with a result, and goes on until everything waits again. A nil result is the zero
// value. The test ends if the result is of the wrong type, or if nothing waits.
func (s *Stepper[T]) Answer(result any) {
	s.t.Helper()
	s.reply("", orchestrate.Reply{Value: result})
}

// Fail answers the [Stepper.Action] with an error.
func (s *Stepper[T]) Fail(err error) {
	s.t.Helper()
	s.reply("", orchestrate.Reply{Err: s.notNil(err)})
}

// AnswerAt answers the action that waits at the step of the given path.
func (s *Stepper[T]) AnswerAt(path string, result any) {
	s.t.Helper()
	s.reply(path, orchestrate.Reply{Value: result})
}

// FailAt answers the action that waits at the step of the given path with an error.
func (s *Stepper[T]) FailAt(path string, err error) {
	s.t.Helper()
	s.reply(path, orchestrate.Reply{Err: s.notNil(err)})
}

// Cancel cancels the run, as whoever runs it would. What waits for an answer fails, unless it is shielded.
func (s *Stepper[T]) Cancel() {
	s.t.Helper()
	if s.walk.over {
		s.failf("nothing can be cancelled: the orchestration has ended")
	}
	s.moves = append(s.moves, move{cancel: true})
	s.walk.cancelRun(context.Canceled)
}

// Finish answers everything that waits and will, first things first, as f says, and returns the result of the
// orchestration. The test ends if that takes more than 10 000 actions.
func (s *Stepper[T]) Finish(f func(a actions.Action) (any, error)) (T, error) {
	s.t.Helper()
	if f == nil {
		s.failf("Finish: the function is nil")
	}
	for n := 0; !s.walk.over; n++ {
		at := s.walk.at("")
		if n == maxWalk {
			s.failf("the orchestration does not end: step %s is %s", at.path, show.Action(at.action))
		}
		var r orchestrate.Reply
		r.Value, r.Err = f(at.action)
		s.reply(at.path, r)
	}
	return s.Result()
}

// Result is what the orchestration returned; a panic is an executor.PanicError. Before it has ended, the error is
// [orchestrate.ErrNotOver] and tells what waits.
//
// The first call replays the walk, and the test ends if the orchestration is not deterministic.
func (s *Stepper[T]) Result() (T, error) {
	s.t.Helper()
	if !s.walk.over {
		var zero T
		return zero, fmt.Errorf("%w: waiting for %s", orchestrate.ErrNotOver, s.pendingText(", "))
	}
	if s.returned && !s.checked {
		s.checked = true
		s.check()
	}
	return s.result, s.err
}

// Trace is what was answered so far, in this order, cancelled and refused actions included.
func (s *Stepper[T]) Trace() Trace { return slices.Clone(s.walk.trace) }

func (s *Stepper[T]) notNil(err error) error {
	s.t.Helper()
	if err == nil {
		s.failf("the error is nil: use Answer")
	}
	return err
}

func (s *Stepper[T]) reply(path string, r orchestrate.Reply) {
	s.t.Helper()
	at := s.walk.at(path)
	switch {
	case s.walk.over:
		s.failf("nothing waits for an answer: the orchestration has ended%s", soFar(s.walk.trace))
	case at == nil:
		s.failf("nothing waits at step %s, but\n  %s", path, s.pendingText("\n  "))
	}
	if text := wrongResult(at.action, r.Value); text != "" {
		s.failf("step %s: %s%s", at.path, text, soFar(s.walk.trace))
	}
	s.moves = append(s.moves, move{Pending: Pending{at.path, at.action}, reply: r})
	s.walk.answer(at.path, orchestrate.Reply{Value: clone(r.Value), Err: r.Err})
}

func (s *Stepper[T]) pendingText(sep string) string {
	var texts []string
	for _, p := range s.Pending() {
		texts = append(texts, p.String())
	}
	return strings.Join(texts, sep)
}

func (s *Stepper[T]) failf(format string, args ...any) {
	s.t.Helper()
	s.t.Errorf("stepper: "+format, args...)
	s.t.FailNow()
}
