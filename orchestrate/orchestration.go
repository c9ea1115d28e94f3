package orchestrate

import (
	"reflect"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// Orchestration is a coroutine in the shape of iter.Seq2: it is handed a yield, calls it with each action that it wants
// done, and returns its result. It decides and never does: it starts no goroutine, reads no clock, and has no effect
// but through its yield. Such a function can be run again, concurrently, in a test, and from a journal.
type Orchestration[T any] func(y actions.Yield) (T, error)

// Do yields one action and returns its result. The error is the executor's: it may be handled, and the orchestration
// may go on. A nil result is the zero value of R; one of another type is an [executor.ResultError].
func Do[A actions.Of[R], R any](y actions.Yield, a A) (R, error) {
	action := actions.Action(a) // boxed once
	v, err := ask(y, action)
	if r, ok := v.(R); ok {
		return r, err
	}
	return result[R](action, v, err)
}

// Tell yields one action that has no result.
func Tell[A actions.Of[actions.Void]](y actions.Yield, a A) error {
	_, err := Do(y, a)
	return err
}

// Bind binds a workflow, a function of a yield and an input, to its input. A workflow that is nil makes a flow that is,
// which is an error where it is to run.
func Bind[In, T any](f func(actions.Yield, In) (T, error), in In) Orchestration[T] {
	if f == nil {
		return nil
	}
	return func(y actions.Yield) (T, error) { return f(y, in) }
}

func ask(y actions.Yield, a actions.Action) (any, error) {
	if y == nil {
		return nil, errNilYield
	}
	return y(a)
}

// result restores the type of a result. Nil is the zero value.
func result[R any](a actions.Action, v any, err error) (R, error) {
	r, ok := v.(R)
	if !ok && v != nil && err == nil {
		return r, wrongResult[R](a, v)
	}
	return r, err
}

func wrongResult[R any](a actions.Action, v any) error {
	return &executor.ResultError{Action: a, Want: reflect.TypeFor[R](), Got: reflect.TypeOf(v)}
}
