package dataflow

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"sync"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// Flow is steps that are wired by the names of what they take and give. It is built once, by [New], does not change,
// and may be run by any number of goroutines at once, which share nothing. A flow is also a node, and so a step of
// other flows: it sees what it takes, and nothing else.
type Flow struct {
	sequence
	settings
	name    string
	out     []port
	from    []input // where the results are
	in      []port
	count   int
	depth   int  // of flows within flows
	loose   bool // whether there may be results that no step knows: inputs that stay visible
	plans   sync.Map
	results map[string]int
	parts   []Part
}

// New builds a flow that runs its nodes one after the other, as [Seq] does. Everything about it that can be checked is
// checked: the error joins all that is wrong, each an [Error] that is [ErrDefinition].
//
// A step whose input nobody gives is one of them. What the flow itself takes is what its steps take from outside,
// unless [Takes] says it; then a name that is neither given nor produced is an error too.
//
// It costs time and memory in proportion to its parts.
func New(name string, parts ...Part) (*Flow, error) {
	c := &compiler{name: name, labels: map[string]bool{}}
	if name == "" {
		c.fail(ErrEmpty, "", errors.New("the name of the flow is empty"))
	} else if err := checkName(name); err != nil {
		c.fail(ErrBadFunction, "", fmt.Errorf("the flow: %w", err))
	}
	return c.flow(parts)
}

// Must returns the flow, or panics with the error: Must(New(…)), for flows that are variables of a package.
func Must(f *Flow, err error) *Flow {
	if err != nil {
		panic(err)
	}
	return f
}

// flow compiles the parts of a flow.
func (c *compiler) flow(parts []Part) (*Flow, error) {
	nodes, set := c.split(parts, "the flow", true)
	c.settings, c.unused = set, maps.Clone(set.overwrite)
	if len(nodes) == 0 {
		c.fail(ErrEmpty, "", errors.New("the flow has no steps"))
	}
	f := &Flow{name: c.name, settings: set, parts: parts, results: map[string]int{}}
	s := newScope(c, nil)
	if set.takes != nil {
		for _, p := range c.declared() {
			s.declare(p)
		}
	}
	c.stages(nodes, s, &f.sequence)
	c.unusedOverwrite(c.unused)
	f.end(c, s)
	f.seal(c, s)
	f.count, f.depth = c.count, c.flows+1
	if err := c.err(); err != nil {
		return nil, err
	}
	return f, nil
}

// seal takes over what the scope knows: the inputs of the flow are the entries of its frame.
func (f *Flow) seal(c *compiler, s *scope) {
	f.finish(s)
	for i, e := range s.ordered {
		p := e.port
		p.optional = p.optional || c.skip && c.takes == nil
		f.in = append(f.in, p)
		f.entries[i].slot = int32(i)
	}
}

// end finds out what is visible in the end.
func (f *Flow) end(c *compiler, s *scope) {
	f.loose = c.takes == nil && (s.vis != VisibilityNone || s.barrier == 0)
	var names []string
	for _, e := range s.ordered {
		if e.stays || s.barrier == 0 {
			names = append(names, e.name)
		}
	}
	for _, p := range s.inOrder() {
		if s.sees(p) {
			names = append(names, p.name)
		}
	}
	for _, name := range names {
		if _, ok := f.results[name]; ok {
			continue
		}
		src := s.find(name, port{name: name, optional: true})
		f.results[name] = len(f.out)
		f.out = append(f.out, port{name: name, typ: src.typ, optional: !src.certain, by: src.by, origins: src.origins})
		f.from = append(f.from, input{slot: src.slots[0], others: src.slots[1:]})
	}
}

// inOrder lists the products in the order of their slots.
func (s *scope) inOrder() []*product {
	all := make([]*product, 0, len(s.produced))
	for _, p := range s.produced {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b *product) int { return int(a.slot - b.slot) })
	return all
}

// As is the same flow under another name, to use it twice in one flow.
func (f *Flow) As(name string) *Flow {
	if f == nil {
		return nil // which New reports
	}
	return &Flow{
		sequence: f.sequence, settings: f.settings, name: name, out: f.out, from: f.from, in: f.in,
		count: f.count, depth: f.depth,
		loose: f.loose, results: f.results, parts: f.parts,
	}
}

// Name is the name of the flow.
func (f *Flow) Name() string { return f.name }

// String is the name of the flow, quoted.
func (f *Flow) String() string { return fmt.Sprintf("flow %q", f.name) }

// Inputs lists the names that the flow takes, those that it can do without included, in the order in which its steps
// want them, or [Takes] lists them.
func (f *Flow) Inputs() []string { return namesOf(f.in) }

// Outputs lists the names that may be visible in the end.
func (f *Flow) Outputs() []string { return namesOf(f.out) }

func namesOf(ports []port) []string {
	names := make([]string, len(ports))
	for i, p := range ports {
		names[i] = p.name
	}
	return names
}

func (f *Flow) part() {}

func (f *Flow) label() string { return f.name }

func (f *Flow) steps() int { return f.count }

func (f *Flow) ports(*compiler) (in, out []port) {
	out = slices.Clone(f.out)
	for i := range out {
		if f.name != "" {
			out[i].by = join(f.name, out[i].by)
		}
	}
	return slices.Clone(f.in), out
}

// exec runs the flow as a step of another, in a scope of its name.
func (f *Flow) exec(y actions.Yield, r *run, outer *frame, in []input) (any, error) {
	fr := f.frame()
	for i := range f.entries {
		f.admit(fr, &f.entries[i], f.given(i, in[i].value(outer)))
	}
	body := func(y actions.Yield) ([]any, error) {
		if _, err := f.sequence.run(y, r.inside(f), fr); err != nil {
			return nil, err
		}
		out := make([]any, len(f.from))
		for i := range f.from {
			out[i] = f.from[i].value(fr)
		}
		return out, nil
	}
	if f.name == "" {
		return body(y)
	}
	return orchestrate.Scope(y, f.name, body)
}

// given is the value of an input, or what it is by default.
func (f *Flow) given(i int, v any) any {
	if v == nil && f.takes != nil {
		return f.takes.zeros[i]
	}
	return v
}

func (f *Flow) spread(raw any, into []any, at []int32) error { return spreadList(raw, into, at) }

// Orchestration is the flow with its inputs, as an orchestration like any other: in is a struct whose fields are
// named as those of steps are, a pointer to one, or a map. The result is what is visible in the end. The functions
// are told of each [Event].
func (f *Flow) Orchestration(in any, watch ...func(Event)) orchestrate.Orchestration[Values] {
	return func(y actions.Yield) (Values, error) {
		e, err := f.run(y, in, watch)
		if err != nil {
			return nil, err
		}
		return e.values(), nil
	}
}

// Run runs a flow: exec carries out what its steps yield. The inputs are a struct whose fields are named as those of
// steps are, a pointer to one, or a map; the outputs are such a struct, or a map. With a type that has no names, such
// as a number, the flow must have one result. Inputs and outputs that cannot fit the flow are an error before anything
// of it runs. The functions are told of each [Event].
func Run[Out any](
	ctx context.Context, f *Flow, in any, exec executor.Executor, watch ...func(Event),
) (Out, error) {
	return orchestrate.Run(ctx, func(y actions.Yield) (Out, error) { return finishAs[Out](y, f, in, watch) }, exec)
}

// Typed makes a workflow of a flow: to define a durable one, or to call it from another workflow. It panics if In does
// not give what the flow needs, or Out wants what it does not give.
func Typed[In, Out any](f *Flow, watch ...func(Event)) func(y actions.Yield, in In) (Out, error) {
	if err := fitsTypes[In, Out](f); err != nil {
		panic(err)
	}
	return func(y actions.Yield, in In) (Out, error) { return finishAs[Out](y, f, in, watch) }
}

func finishAs[Out any](y actions.Yield, f *Flow, in any, watch []func(Event)) (out Out, err error) {
	if err := f.gives(reflect.TypeFor[Out]()); err != nil {
		return out, err
	}
	e, err := f.run(y, in, watch)
	if err != nil {
		return out, err
	}
	return outOf[Out](e)
}
