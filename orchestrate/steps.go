package orchestrate

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"sync/atomic"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

var (
	// ErrStopped is what an orchestration sees at its yield once nobody answers it any more: the loop over its steps was
	// left.
	ErrStopped = errors.New("the orchestration is no longer stepped")
	// ErrNotOver is the error of [Stepper.Result] before the orchestration has ended.
	ErrNotOver = errors.New("the orchestration has not ended")
)

// Reply is the answer to an action. The zero Reply is the zero value of the action's result.
type Reply struct {
	Value any
	Err   error
}

// Stepper steps through an orchestration, action by action. It is not safe for concurrent use.
type Stepper[T any] struct {
	flow   Orchestration[T]
	result T
	err    error
}

// Steps makes an orchestration something to range over:
//
//	s := orchestrate.Steps(flow)
//	for action, reply := range s.All() {
//		reply.Value, reply.Err = … // what the orchestration is to see
//	}
//	result, err := s.Result()
//
// To pull the steps one by one, use iter.Pull2(s.All()). The actions come as they are yielded: groups and shielded
// actions too. To have an executor carry them out, as Run would, let a yield of its own answer:
//
//	y, end := executor.Yield(ctx, exec)
//	defer end()
//	for action, reply := range s.All() {
//		reply.Value, reply.Err = y(action)
//	}
func Steps[T any](flow Orchestration[T]) *Stepper[T] {
	return &Stepper[T]{flow: flow, err: ErrNotOver}
}

// All runs the orchestration from the top and yields each action with the reply to be filled in. If the loop is left,
// the orchestration sees [ErrStopped] from then on, and the loop ends when it has returned. A panic of the
// orchestration goes through the loop.
func (s *Stepper[T]) All() iter.Seq2[actions.Action, *Reply] {
	return func(yield func(actions.Action, *Reply) bool) {
		var zero T
		s.result, s.err = zero, ErrNotOver
		if s.flow == nil {
			s.err = nilFlow("Steps")
			return
		}
		l := &loop{yield: yield}
		defer l.state.Store(loopOver)
		s.result, s.err = s.flow(l.step)
	}
}

// Result is what the orchestration returned, or [ErrNotOver].
func (s *Stepper[T]) Result() (T, error) { return s.result, s.err }

// loop is one loop over the steps of an orchestration.
type loop struct {
	yield func(actions.Action, *Reply) bool
	state atomic.Uint32
}

// The states of a loop.
const (
	loopIdle = iota
	loopLent
	loopStopped
	loopOver
)

func (l *loop) step(a actions.Action) (any, error) {
	if !l.state.CompareAndSwap(loopIdle, loopLent) {
		err := executor.ErrLent
		switch l.state.Load() {
		case loopStopped:
			return nil, ErrStopped
		case loopOver:
			err = executor.ErrOver
		}
		return nil, fmt.Errorf("%s: %w", actions.Name(a), err)
	}
	var r Reply
	if !l.yield(a, &r) {
		l.state.Store(loopStopped)
		return nil, ErrStopped
	}
	l.state.CompareAndSwap(loopLent, loopIdle)
	return r.Value, r.Err
}

// FromSeq makes an orchestration of a function that is written as an iterator: it yields an action with a pointer to
// a reply and finds the answer there when it goes on. It ends by returning. An error that it then leaves in the reply
// to its last action is the orchestration's; to handle it, it sets the reply's Err to nil.
func FromSeq(seq iter.Seq2[actions.Action, *Reply]) Orchestration[actions.Void] {
	if seq == nil {
		return nil
	}
	return func(y actions.Yield) (actions.Void, error) {
		last := &Reply{}
		for action, reply := range seq {
			last = cmp.Or(reply, &Reply{})
			last.Value, last.Err = ask(y, action)
		}
		return actions.Void{}, last.Err
	}
}
