package executor

import (
	"errors"
	"fmt"
	"reflect"
	"runtime/debug"
	"strings"

	"github.com/baton-go/baton/actions"
)

var (
	// ErrLent is the error of a yield that is called while it is lent: an action of its own is being carried out, and
	// the caller is another goroutine, or a branch that should use its own yield.
	ErrLent error = misuseError("the yield is lent while an action is carried out: a branch has a yield of its own, " +
		"and a yield belongs to one goroutine")
	// ErrOver is the error of a yield that is called after its run, or its branch, has ended.
	ErrOver error = misuseError("the run of this yield is over")
)

// misuseError is the error of a yield that carries nothing out.
type misuseError string

func (e misuseError) Error() string { return string(e) }

// NotDone is true: the action did not get as far as the executor.
func (e misuseError) NotDone() bool { return true }

// Permanent is true: the yield does not work the next time either.
func (e misuseError) Permanent() bool { return true }

// StepError says which action failed, and where. A yield wraps every executor's error in one, unless it has one of a
// step within already: of a branch, or of a flow that the handler ran. An error thus has one for each run that it came
// through.
type StepError struct {
	// Path is the step of the action, such as "3.1.0".
	Path string
	// Action is the action as it was yielded.
	Action actions.Action
	Err    error

	run *run // nil in one that no yield made
}

// Error is "step 3.1.0: shop.Charge: " and the error.
func (e *StepError) Error() string {
	return fmt.Sprintf("step %s: %s: %v", e.Path, actions.Name(e.Action), e.Err)
}

// Format prints the error as the verb prints its text, and with %+v the stack of a panic in it as well.
func (e *StepError) Format(f fmt.State, verb rune) { format(f, verb, e) }

// Unwrap returns Err.
func (e *StepError) Unwrap() error { return e.Err }

// within tells whether the error happened at the step of the given path, or at one inside it.
func (e *StepError) within(r *run, path string) bool {
	rest, ok := strings.CutPrefix(e.Path, path)
	return ok && (rest == "" || rest[0] == '.') && (e.run == nil || e.run == r)
}

// PanicError is a panic that was turned into an error: in a handler, a branch or an orchestration.
type PanicError struct {
	// Value is what panic was called with.
	Value any
	// Stack is the stack of the goroutine that panicked, as debug.Stack prints it.
	Stack []byte
}

// NewPanicError makes the error for a recovered panic, with the stack of the panic if it is called by the deferred
// function that recovered. A value that is a *PanicError already is returned as it is.
func NewPanicError(value any) *PanicError {
	if p, ok := value.(*PanicError); ok {
		return p
	}
	return &PanicError{Value: value, Stack: debug.Stack()}
}

// Error is "panic: " and the value.
func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// Format prints the error as the verb prints its text, and with %+v its stack as well.
func (e *PanicError) Format(f fmt.State, verb rune) { format(f, verb, e) }

func format(f fmt.State, verb rune, err error) {
	fmt.Fprintf(f, fmt.FormatString(f, verb), err.Error())
	if verb != 'v' || !f.Flag('+') {
		return
	}
	if p, ok := errors.AsType[*PanicError](err); ok {
		fmt.Fprintf(f, "\n\n%s", p.Stack)
	}
}

// Unwrap returns the value if it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// NotDone is false, whatever the value says: nobody knows how far the code came.
func (e *PanicError) NotDone() bool { return false }

// ResultError says that an executor answered an action with a value that is not of the action's result type.
type ResultError struct {
	Action actions.Action
	// Want is the type that the action declares, Got the type of the value.
	Want, Got reflect.Type
}

// Error names the action and both types.
func (e *ResultError) Error() string {
	return fmt.Sprintf("the result of %s must be of type %s, got %s", actions.Name(e.Action), e.Want, e.Got)
}
