package orchestrate

import (
	"fmt"
	"strings"
	"sync"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// Undo holds the inverses of what a saga has done so far. It is safe for concurrent use, but the order of inverses that
// branches add is then up to chance: add them before the group.
type Undo struct {
	mu       sync.Mutex
	inverses []*inverse
}

type inverse struct{ undo func(y actions.Yield) error }

// Saga runs a flow that undoes what it did if it fails: with an error, by cancellation or by a panic. Each step that
// can be undone is done through [Undoable]. When the flow fails, the inverses run in reverse order under [Shield];
// one that fails does not keep the others from running. The error is the flow's own, or a [SagaError] with both if an
// inverse failed too.
//
//	return orchestrate.Saga(y, func(y actions.Yield, undo *orchestrate.Undo) (Trip, error) {
//		flight, err := orchestrate.Undoable(y, undo, BookFlight{Trip: id}, CancelFlight{Trip: id})
//		…
//	})
func Saga[T any](y actions.Yield, flow func(y actions.Yield, undo *Undo) (T, error)) (result T, err error) {
	if flow == nil {
		return result, errNilFlow
	}
	undo := &Undo{}
	returned := false
	defer func() {
		if returned {
			return
		}
		if p := recover(); p != nil { // nil: the goroutine exits, and the yield with it
			panic(undo.all(y, executor.NewPanicError(p)))
		}
	}()
	result, err = flow(y, undo)
	returned = true
	if err != nil {
		err = undo.all(y, err)
	}
	return result, err
}

// Undoable yields an action after it has registered the inverse: the answer to an action can be lost although it took
// effect, so whatever may have happened is undone, and the inverse must tolerate that nothing did. It is dropped only
// if the error says so for certain (see [executor.NotDone]). Name the inverse by what is known before the action, such
// as an order number or an idempotency key.
func Undoable[A actions.Of[R], R any](y actions.Yield, undo *Undo, a A, inverse actions.Action) (R, error) {
	registered := undo.add(yielding(inverse))
	r, err := Do(y, a)
	if err != nil && executor.NotDone(err) {
		undo.drop(registered)
	}
	return r, err
}

// UndoableAfter yields an action and, if it succeeds, registers the inverse that its result names. If the action took
// effect and its answer was lost, nobody will undo it: use [Undoable] wherever the inverse can be named before.
func UndoableAfter[A actions.Of[R], R any](
	y actions.Yield, undo *Undo, a A, inverse func(R) actions.Action,
) (R, error) {
	r, err := Do(y, a)
	if err == nil {
		undo.add(yielding(inverse(r)))
	}
	return r, err
}

// Add registers an inverse that is a flow: call it before the steps that it undoes, and always before a group, whose
// branches it can undo together.
func (u *Undo) Add(inverse func(y actions.Yield) error) { u.add(inverse) }

func yielding(a actions.Action) func(actions.Yield) error {
	return func(y actions.Yield) error {
		_, err := y(a)
		return err
	}
}

func (u *Undo) add(undo func(actions.Yield) error) *inverse {
	u.mu.Lock()
	defer u.mu.Unlock()
	i := &inverse{undo}
	u.inverses = append(u.inverses, i)
	return i
}

func (u *Undo) drop(i *inverse) {
	u.mu.Lock()
	defer u.mu.Unlock()
	i.undo = nil
}

// all runs the inverses and returns the error to report for cause.
func (u *Undo) all(y actions.Yield, cause error) error {
	u.mu.Lock()
	inverses := u.inverses
	u.inverses = nil
	u.mu.Unlock()
	var errs []error
	for i := len(inverses) - 1; i >= 0; i-- {
		if inverses[i].undo == nil {
			continue
		}
		if err := inverses[i].run(y); err != nil {
			errs = append(errs, err)
		}
	}
	if len(errs) == 0 {
		return cause
	}
	return &SagaError{Err: cause, Undo: errs}
}

func (i *inverse) run(y actions.Yield) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = executor.NewPanicError(p)
		}
	}()
	_, err = Shield(y, func(y actions.Yield) (actions.Void, error) { return actions.Void{}, i.undo(y) })
	return err
}

// SagaError says why a saga failed, and which of its inverses failed too: what they were to undo may still be there.
type SagaError struct {
	Err  error
	Undo []error
}

// Error is the saga's error followed by those of its inverses.
func (e *SagaError) Error() string {
	texts := make([]string, len(e.Undo))
	for i, err := range e.Undo {
		texts[i] = err.Error()
	}
	return fmt.Sprintf("%v; undo: %s", e.Err, strings.Join(texts, "; "))
}

// Unwrap returns all errors, the saga's own first.
func (e *SagaError) Unwrap() []error { return append([]error{e.Err}, e.Undo...) }
