package durable

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// Flow is a workflow under a name, from an input to an output: what a run is a run of. The name is what stores know of
// it, so it must not change while there are runs. A Flow is a small value, made by [Define] or [Func], and safe for
// concurrent use; the zero Flow is an error wherever it is used.
type Flow[In, Out any] struct{ def *definition }

// Define makes a flow of a workflow, which is called with the input of each run, and again with the same after a crash,
// a deploy, or a long wait. It must be deterministic: whatever it does, it does by yielding. Its deferred functions run
// whenever a call of it is left, also because the run was unloaded: they are to have no effects of their own.
//
// It panics if the name is empty, longer than 200 characters or not printable, and if f is nil.
func Define[In, Out any](name string, f func(actions.Yield, In) (Out, error), opts ...FlowOption) Flow[In, Out] {
	d := newDefinition("Define", name, f == nil, false, opts)
	d.run = func(y actions.Yield, decode func(into any) error) (any, error) {
		in, err := decodeInto[In](name, decode)
		if err != nil {
			return nil, err
		}
		out, err := f(y, in)
		return out, continuedWith[In](name, err)
	}
	d.input = func(decode func(into any) error) (any, error) { return decodeInto[In](name, decode) }
	return Flow[In, Out]{d}
}

// Func makes a flow of a plain function: a background job with a handle. The function is one action of its run. What
// it returned is recorded together with the end of the run, and then it is not called again; if the process dies before
// that, it is called again from the start, so it should be idempotent. executor.StepFrom(ctx).Key() is the same in
// every call.
//
// It panics if the name is empty, longer than 200 characters or not printable, and if f is nil.
func Func[In, Out any](name string, f func(context.Context, In) (Out, error), opts ...FlowOption) Flow[In, Out] {
	d := newDefinition("Func", name, f == nil, true, opts)
	d.run = func(y actions.Yield, decode func(into any) error) (any, error) {
		in, err := decodeInto[In](name, decode)
		if err != nil {
			return nil, err
		}
		out, err := orchestrate.Do(y, call[In, Out]{Input: in, f: f})
		if e, ok := err.(*executor.StepError); ok { //nolint:errorlint // the one around it, which is ours, and no other
			err = e.Err
		}
		return out, continuedWith[In](name, err)
	}
	d.input = func(decode func(into any) error) (any, error) { return decodeInto[In](name, decode) }
	return Flow[In, Out]{d}
}

// Name is the name of the flow.
func (f Flow[In, Out]) Name() string {
	if f.def == nil {
		return ""
	}
	return f.def.name
}

// Version is what the option [Version] said, or "".
func (f Flow[In, Out]) Version() string {
	if f.def == nil {
		return ""
	}
	return f.def.version
}

// String is the name of the flow, quoted.
func (f Flow[In, Out]) String() string { return fmt.Sprintf("flow %q", f.Name()) }

func (f Flow[In, Out]) definition() *definition { return f.def }

// callable is an action that knows how to carry itself out: the runtime does, below the journal and the policies that
// the flow's definition puts under it.
type callable interface {
	actions.Action
	invoke(ctx context.Context) (any, error)
}

// call is the one action of a plain function's run.
type call[In, Out any] struct {
	actions.Returns[Out]
	Input In
	f     func(context.Context, In) (Out, error)
}

// ActionName keeps the types out of the name, so that they can be renamed.
func (call[In, Out]) ActionName() string { return "durable.Call" }

func (c call[In, Out]) invoke(ctx context.Context) (any, error) { return c.f(ctx, c.Input) }

// ContinueAsNew is the error that a flow returns to begin again with a new input: under the same ID, without the log
// of what it has done, and with the events that it has not received. It is how a flow goes on for ever, because a log
// must not. Return it from the workflow itself, as it is: it is no failure, and a saga around it would undo its steps.
// Whoever waits for the run waits on. The input is of the flow's own type; one of another fails the run.
func ContinueAsNew[In any](in In) error { return &continuedError{in, reflect.TypeFor[In]()} }

type continuedError struct {
	input any
	typ   reflect.Type
}

func (*continuedError) Error() string { return "the run continues as new" }

// continuedWith refuses a continuation with an input that is not the flow's.
func continuedWith[In any](flow string, err error) error {
	c, ok := errors.AsType[*continuedError](err)
	if !ok {
		return err
	}
	want := reflect.TypeFor[In]()
	if _, ok := c.input.(In); !ok && c.typ != want {
		return fmt.Errorf("flow %q continues as new with an input of type %s, not %s", flow, c.typ, want)
	}
	return c
}
