package durable

import (
	"errors"
	"fmt"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// definition is a flow without its types.
type definition struct {
	name, version string
	// run decodes the input and runs the workflow. If decoding fails the error is a *badInputError.
	run func(y actions.Yield, decode func(into any) error) (any, error)
	// input decodes an input alone.
	input func(decode func(into any) error) (any, error)
	// under stands around the call of a plain function, below the journal; nil is nothing.
	under func(executor.Executor) executor.Executor
	plain bool // made by Func
}

// AnyFlow is a [Flow] of any types.
type AnyFlow interface {
	Name() string
	Version() string
	definition() *definition
}

// Flows lists flows of different types, as a runtime wants them.
func Flows(flows ...AnyFlow) []AnyFlow { return flows }

// FlowOption says more about a flow than its name and its function.
type FlowOption func(*definition)

// Version names the version of the flow's code, for people: each run shows the one that it was started with. It
// decides nothing. It panics where the flow is defined if it is not printable, or longer than 200 characters.
func Version(v string) FlowOption {
	return func(d *definition) {
		if err := checkName("version", v); err != nil {
			panic(err.Error())
		}
		d.version = v
	}
}

// Under puts policies around the function of a [Func], below the journal: retries, timeouts, limits, whatever package
// combinators has. The function is called anew for each attempt, and what came of the last one is recorded. For a flow
// of actions policies belong in the executor that the runtime is given, so that [Define] panics with this option.
func Under(c func(executor.Executor) executor.Executor) FlowOption {
	return func(d *definition) {
		switch {
		case c == nil:
			panic("durable.Under: the combinator is nil")
		case !d.plain:
			panic(fmt.Sprintf("durable.Define: flow %q: Under is for Func alone", d.name))
		}
		d.under = c
	}
}

// newDefinition panics if the name is bad.
func newDefinition(maker, name string, nilFunc, plain bool, opts []FlowOption) *definition {
	if err := checkOwnName("flow name", name); err != nil {
		panic("durable." + maker + ": " + err.Error())
	}
	if nilFunc {
		panic(fmt.Sprintf("durable.%s: flow %q: the function is nil", maker, name))
	}
	d := &definition{name: name, plain: plain}
	for _, o := range opts {
		if o == nil {
			panic(fmt.Sprintf("durable.%s: flow %q: an option is nil", maker, name))
		}
		o(d)
	}
	return d
}

// definitions indexes flows by name, with those that every runtime has that carries anything out.
func definitions(flows []AnyFlow) (map[string]*definition, error) {
	all := make(map[string]*definition, len(flows)+1)
	if len(flows) > 0 {
		all[scheduleFlow] = scheduleDefinition()
	}
	for i, f := range flows {
		if f == nil || f.definition() == nil {
			return nil, fmt.Errorf("flow %d: %w", i, errUndefined)
		}
		d := f.definition()
		if all[d.name] != nil {
			return nil, fmt.Errorf("two flows are named %q", d.name)
		}
		all[d.name] = d
	}
	return all, nil
}

var errUndefined = errors.New("the flow is the zero Flow: make one with Define or Func")

// badInputError says that the input of a run is not one of its flow.
type badInputError struct {
	flow string
	err  error
}

func (e *badInputError) Error() string { return fmt.Sprintf("the input of flow %q: %v", e.flow, e.err) }

func (e *badInputError) Unwrap() error { return e.err }

// decodeInto decodes an input of type In.
func decodeInto[In any](flow string, decode func(into any) error) (in In, err error) {
	if err := decode(&in); err != nil {
		return in, &badInputError{flow, err}
	}
	return in, nil
}
