package orchestrate

import (
	"fmt"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// Saga runs a flow that undoes what it did if it fails: with an error, by cancellation or by a panic. Each step that
// can be undone is done through [Undoable]. When the flow fails, the inverses run in reverse order under [Shield];
// one that fails does not keep the others from running. The error is the flow's own, or a [SagaError] with both if an
// inverse failed too. A panic goes on as one, with its original stack, after the inverses have run.
//
// In a branch that loses, a saga undoes what it did like any other flow that is cancelled. What it could not undo makes
// a [SagaError] of the group's error, even if the group succeeded: its result is then returned beside the error.
//
// A saga that succeeds forgets its inverses. Where an outer saga is to undo it as well, register that with the outer's
// [Undo.Add] first. When the goroutine exits (runtime.Goexit) nothing is undone: nobody carries anything out any more.
//
//	return orchestrate.Saga(y, func(y actions.Yield, undo *orchestrate.Undo) (Trip, error) {
//		flight, err := orchestrate.Undoable(y, undo, BookFlight{Trip: id}, CancelFlight{Trip: id})
//		…
//	})
func Saga[T any](y actions.Yield, flow func(y actions.Yield, undo *Undo) (T, error)) (result T, err error) {
	if flow == nil {
		return result, nilFlow("Saga")
	}
	undo := &Undo{open: true}
	returned := false
	defer func() {
		if returned {
			return
		}
		if p := recover(); p != nil { // nil: the goroutine exits, and the yield with it
			panicked := executor.NewPanicError(p)
			if failed := undo.all(y); len(failed) > 0 {
				panicked = &executor.PanicError{Value: withUndo(valueError(panicked), failed), Stack: panicked.Stack}
			}
			panic(panicked)
		}
	}()
	result, err = flow(y, undo)
	returned = true
	if err == nil {
		undo.close()
		return result, nil
	}
	return result, withUndo(err, undo.all(y))
}

// Undoable yields an action after it has registered the inverse: the answer to an action can be lost although it took
// effect, so whatever may have happened is undone, and the inverse must tolerate that nothing did. It is dropped only
// if the error says so for certain (see [executor.NotDone]). Name the inverse by what is known before the action, such
// as an order number or an idempotency key.
//
// Without an inverse, or once the saga is over, nothing is yielded and the error says so.
func Undoable[A actions.Of[R], R any](y actions.Yield, undo *Undo, a A, inverse actions.Action) (R, error) {
	var zero R
	if inverse == nil {
		return zero, fmt.Errorf("orchestrate.Undoable: %s has no inverse", actions.Name(a))
	}
	registered, err := undo.add(yielding(inverse))
	if err != nil {
		return zero, fmt.Errorf("%s: %w", actions.Name(a), err)
	}
	r, err := Do(y, a)
	if err != nil && executor.NotDone(err) {
		undo.drop(registered)
	}
	return r, err
}

// UndoableAfter yields an action and, if it succeeds, registers the inverse that its result names; where that is nil,
// there is nothing to undo. If the action took effect and its answer was lost, nobody will undo it: use [Undoable]
// wherever the inverse can be named before.
func UndoableAfter[A actions.Of[R], R any](
	y actions.Yield, undo *Undo, a A, inverse func(R) actions.Action,
) (R, error) {
	var zero R
	if inverse == nil {
		return zero, fmt.Errorf("orchestrate.UndoableAfter: %s has no inverse", actions.Name(a))
	}
	registered, err := undo.add(nil)
	if err != nil {
		return zero, fmt.Errorf("%s: %w", actions.Name(a), err)
	}
	r, err := Do(y, a)
	if err != nil {
		return r, err
	}
	if i := inverse(r); i != nil {
		undo.set(registered, yielding(i))
	}
	return r, nil
}

func yielding(a actions.Action) func(actions.Yield) error {
	return func(y actions.Yield) error {
		_, err := ask(y, a)
		return err
	}
}

// valueError is what a panic was called with, as an error.
func valueError(p *executor.PanicError) error {
	if err, ok := p.Value.(error); ok {
		return err
	}
	return fmt.Errorf("%v", p.Value)
}
