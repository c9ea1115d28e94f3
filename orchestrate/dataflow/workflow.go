package dataflow

import (
	"reflect"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
)

// Workflow makes a step of a workflow: a function that yields actions of its own, in a scope of the step's name. Inputs
// and outputs are those of [Step].
func Workflow[In, Out any](name string, f func(y actions.Yield, in In) (Out, error)) Part {
	return &workflow[In, Out]{sign[In, Out](name, f == nil), f}
}

type workflow[In, Out any] struct {
	signature
	f func(actions.Yield, In) (Out, error)
}

func (w *workflow[In, Out]) part() {}

func (w *workflow[In, Out]) exec(y actions.Yield, _ *run, fr *frame, in []input) (any, error) {
	var given In
	if err := w.in.fill(reflect.ValueOf(&given).Elem(), fr, in); err != nil {
		return nil, failed(ErrMap, "", err)
	}
	return orchestrate.Scope(y, w.name, orchestrate.Bind(w.f, given))
}

func (w *workflow[In, Out]) spread(raw any, into []any, at []int32) error {
	w.out.spread(w.whole(raw), into, at)
	return nil
}

func (w *workflow[In, Out]) whole(raw any) reflect.Value { return valueOf[Out](raw) }

func (w *workflow[In, Out]) result() *shape { return w.out }
