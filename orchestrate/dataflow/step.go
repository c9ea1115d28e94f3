package dataflow

import (
	"context"
	"fmt"
	"reflect"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/show"
)

// Func is a function as a step, made by [Step]. It does not change and may be a step of many flows.
type Func[In, Out any] struct {
	signature
	f func(context.Context, In) (Out, error)
}

// Step makes a step of a function. The exported fields of In are its inputs, those of Out its outputs, each under the
// name of the field or what its tag says:
//
//	type orderIn struct {
//		ID    string `flow:"order"`              // another name on the wire
//		Notes string `flow:",optional"`          // zero if nobody gives it
//		Limit int    `flow:"limit,default=10"`   // 10 if nobody gives it; a default stands last
//		Cache *Cache `flow:"-"`                  // not an input
//	}
//
// An output that is optional does not come if it is zero. The fields of a struct that is embedded are fields too. A
// result without names, such as a number, is given one by [Map] and [As].
//
// The function is carried out as an action, a [Call], in a scope of the step's name: so retries, timeouts, journals
// and mocks treat it as they do any action, and combinators.Named treats just this one. It must not change what it is
// given, because others may be given the same.
//
// What is wrong with the function is an error of [New].
func Step[In, Out any](name string, f func(ctx context.Context, in In) (Out, error)) *Func[In, Out] {
	return &Func[In, Out]{sign[In, Out](name, f == nil), f}
}

// As is the same step under another name, to use it twice in one flow.
func (s *Func[In, Out]) As(name string) *Func[In, Out] {
	if s == nil {
		return nil // which New reports
	}
	as := *s
	as.name = name
	return &as
}

// Name is the name of the step.
func (s *Func[In, Out]) Name() string { return s.name }

// Call is the action that the step yields for the given input: to expect it in a test, or to yield it by hand.
func (s *Func[In, Out]) Call(in In) Call[In, Out] {
	return Call[In, Out]{Step: s.name, Input: in, carrier: carrier[In, Out]{f: s.f}}
}

// Is tells whether a call is one of this step, whatever its input: orchestratetest.OnMatch(m, step.Is).
func (s *Func[In, Out]) Is(c Call[In, Out]) bool { return c.Step == s.name }

func (s *Func[In, Out]) part() {}

func (s *Func[In, Out]) exec(y actions.Yield, r *run, fr *frame, in []input) (any, error) {
	at := &struct { // one allocation for both
		in     In
		branch [1]actions.Branch
	}{}
	if err := s.in.fill(reflect.ValueOf(&at.in).Elem(), fr, in); err != nil {
		return nil, failed(ErrMap, "", err)
	}
	c := Call[In, Out]{Step: s.name, Input: at.in, carrier: carrier[In, Out]{s.f, r.permits}}
	at.branch[0].Leaf = c
	v, err := y(actions.Group{Scope: s.name, Branches: at.branch[:]})
	if err != nil {
		return nil, err
	}
	g, ok := v.(actions.GroupResult)
	if !ok || len(g.Outcomes) != 1 {
		return nil, fmt.Errorf("the executor answered the scope %q with %s", s.name, show.Value(v))
	}
	if err := g.Outcomes[0].Err; err != nil {
		return nil, err
	}
	v = g.Outcomes[0].Value
	if _, ok := v.(Out); !ok && v != nil {
		return nil, &executor.ResultError{Action: c, Want: reflect.TypeFor[Out](), Got: reflect.TypeOf(v)}
	}
	return v, nil
}

func (s *Func[In, Out]) spread(raw any, into []any, at []int32) error {
	s.out.spread(s.whole(raw), into, at)
	return nil
}

func (s *Func[In, Out]) whole(raw any) reflect.Value { return valueOf[Out](raw) }

// valueOf is a result of the type, of which nil is the zero value.
func valueOf[T any](raw any) reflect.Value {
	t := reflect.TypeFor[T]()
	switch {
	case raw == nil:
		return reflect.Zero(t)
	case t.Kind() == reflect.Interface: // or the type would be that of what is in it
		v := raw.(T)
		return reflect.ValueOf(&v).Elem()
	}
	return reflect.ValueOf(raw)
}

func (s *Func[In, Out]) result() *shape { return s.out }

// Call is the action that a [Step] yields: plain data, which can be journaled, compared in tests, and sent. It brings
// its function along, for [Steps] to carry it out, so that combinators.Cached needs a key for it, and CoalescedBy
// stands in for Coalesced: the key is its Step and its Input.
type Call[In, Out any] struct {
	actions.Returns[Out]

	Step  string
	Input In

	carrier carrier[In, Out]
}

// ActionName is the same for all steps, so that types can be renamed while there are journals of them. The step's own
// name is in the action.
func (Call[In, Out]) ActionName() string { return "dataflow.Call" }

// Remedy says what to do about a call that nobody carries out.
func (c Call[In, Out]) Remedy() string {
	if c.carrier.f == nil {
		return fmt.Sprintf("the call of %q was decoded or made by hand, and has no function: yield what Step's Call makes",
			c.Step)
	}
	return "put dataflow.Steps into the executor, above the mux"
}

// String is the name of the step and its input, such as price{Order:"o-1"}.
func (c Call[In, Out]) String() string { return c.Step + fmt.Sprintf("%+v", c.Input) }

// carrier is how a call is carried out, which is no part of what it says.
type carrier[In, Out any] struct {
	f       func(context.Context, In) (Out, error)
	permits *permits
}

// Equal is true: calls are compared by what they say.
func (carrier[In, Out]) Equal(carrier[In, Out]) bool { return true }

// callable is a Call of any types.
type callable interface {
	actions.Action
	call(ctx context.Context) (any, error)
}

func (c Call[In, Out]) call(ctx context.Context) (any, error) {
	if c.carrier.f == nil {
		return nil, &executor.UnhandledError{Action: c}
	}
	if c.carrier.permits == nil {
		return c.carrier.f(ctx, c.Input)
	}
	ctx, release, err := c.carrier.permits.take(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	return c.carrier.f(ctx, c.Input)
}

func (c Call[In, Out]) limits() *permits { return c.carrier.permits }
