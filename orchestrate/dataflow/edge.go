package dataflow

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/baton-go/baton/actions"
)

// Values is what is visible, by name: the result of a flow, or its inputs.
type Values map[string]any

type takes struct {
	shape *shape
	err   error
	zeros []any // what optional inputs are, if nobody gives them
}

// Takes says what a flow takes: the fields of In, named as the inputs of steps are. One that is optional is its zero,
// or its default, if nobody gives it. Without Takes, a flow takes what its steps want from outside.
func Takes[In any]() Part {
	t := &takes{}
	t.shape, t.err = shapeOf(reflect.TypeFor[In]())
	return t
}

func (*takes) part() {}

// declared is what the flow takes.
func (c *compiler) declared() []port {
	t := c.takes
	switch {
	case t.err != nil:
		c.fail(ErrBadFunction, "", fmt.Errorf("Takes: %s: %w", t.shape.typ, t.err))
	case t.shape.plain:
		c.fail(ErrBadFunction, "", fmt.Errorf("Takes: %s has no names: it must be a struct", t.shape.typ))
	}
	t.zeros = make([]any, len(t.shape.fields))
	for i, f := range t.shape.fields {
		switch {
		case f.fallback.IsValid():
			t.zeros[i] = wired(f.fallback.Interface())
		case f.optional:
			t.zeros[i] = wired(reflect.Zero(f.typ).Interface())
		}
	}
	return t.shape.portsOf("")
}

// plan is how a struct becomes the inputs of a flow, or the outputs a struct: for each port of the one the field of the
// other, or -1.
type plan struct {
	shape *shape
	find  []int
	// loose lists the fields that no step knows.
	loose []int
	err   error
}

type planKey struct {
	typ reflect.Type
	out bool
}

func (f *Flow) plan(t reflect.Type, out bool) *plan {
	key := planKey{t, out}
	if p, ok := f.plans.Load(key); ok {
		return p.(*plan)
	}
	p := f.planIn(t)
	if out {
		p = f.planOut(t)
	}
	f.plans.Store(key, p)
	return p
}

// planIn finds the inputs among the fields.
func (f *Flow) planIn(t reflect.Type) *plan {
	p := &plan{find: make([]int, len(f.in))}
	if p.shape, p.err = shapeOf(t); p.err != nil || p.shape.plain {
		p.err = failed(ErrBadFunction, f.name, fmt.Errorf("the input is of type %s, and must be a struct with exported "+
			"fields, a pointer to one, or dataflow.Values: %w", t, cmpErr(p.err)))
		return p
	}
	used := map[int]bool{}
	for i, in := range f.in {
		j := slices.IndexFunc(p.shape.fields, func(f field) bool { return f.name == in.name })
		p.find[i] = j
		switch {
		case j < 0 && !in.optional:
			p.err = failed(ErrMissing, f.name, missing(in.name, p.shape.names()))
			return p
		case j < 0:
		case !fits(p.shape.fields[j].typ, in.typ):
			p.err = failed(ErrType, f.name, typeError(in.name, in.typ, p.shape.fields[j].typ, ""))
			return p
		}
		used[j] = true
	}
	if f.loose {
		for j := range p.shape.fields {
			if !used[j] {
				p.loose = append(p.loose, j)
			}
		}
	}
	return p
}

func cmpErr(err error) error {
	if err == nil {
		return errors.New("it has no names")
	}
	return err
}

// planOut finds the fields among the results.
func (f *Flow) planOut(t reflect.Type) *plan {
	p := &plan{}
	if p.shape, p.err = shapeOf(t); p.err != nil {
		p.err = failed(ErrBadFunction, f.name, fmt.Errorf("the output %s: %w", t, p.err))
		return p
	}
	if p.shape.plain {
		if len(f.out) != 1 || f.loose {
			p.err = failed(ErrType, f.name, fmt.Errorf("the output is of type %s, which has no name: the flow must have one "+
				"result, and has %d", t, len(f.out)))
			return p
		}
		p.shape = &shape{typ: t, plain: true, fields: []field{{name: f.out[0].name, typ: t}}}
	}
	p.find = make([]int, len(p.shape.fields))
	for i, field := range p.shape.fields {
		j, ok := f.results[field.name]
		switch {
		case ok && !fits(f.out[j].typ, field.typ):
			p.err = failed(ErrType, f.name, typeError(field.name, field.typ, f.out[j].typ, f.out[j].by))
			return p
		case !ok && !field.optional && !f.loose:
			p.err = failed(ErrMissing, f.name, missing(field.name, slices.Sorted(maps.Keys(f.results))))
			return p
		case !ok:
			j = -1
		}
		p.find[i] = j
	}
	return p
}

func (s *shape) names() []string {
	names := make([]string, len(s.fields))
	for i, f := range s.fields {
		names[i] = f.name
	}
	slices.Sort(names)
	return names
}

// fitsTypes tells what Typed panics about.
func fitsTypes[In, Out any](f *Flow) error {
	if f == nil {
		return failed(ErrNotCallable, "dataflow.Typed", errors.New("the flow is nil"))
	}
	if in := reflect.TypeFor[In](); !isMap(in) {
		if in.Kind() == reflect.Pointer {
			in = in.Elem()
		}
		if p := f.plan(in, false); p.err != nil {
			return p.err
		}
	}
	return f.gives(reflect.TypeFor[Out]())
}

// gives tells why the results of a flow cannot be of a type, as far as that is known before it runs.
func (f *Flow) gives(out reflect.Type) error {
	if f == nil || isMap(out) { // which run reports, and which can be anything
		return nil
	}
	return f.plan(out, true).err
}

func isMap(t reflect.Type) bool {
	return t == reflect.TypeFor[Values]() || t == reflect.TypeFor[map[string]any]()
}

// ended is a run that has come to its end.
type ended struct {
	flow  *Flow
	fr    *frame
	extra map[string]any
}

// run runs the flow on its own.
func (f *Flow) run(y actions.Yield, in any, watch []func(Event)) (*ended, error) {
	if f == nil {
		return nil, failed(ErrNotCallable, "dataflow", errors.New("the flow is nil"))
	}
	e := &ended{flow: f, fr: f.frame()}
	if err := e.begin(in); err != nil {
		return nil, err
	}
	ran, err := f.sequence.run(y, newRun(f, watch), e.fr)
	if err != nil {
		return nil, within(f.name, err)
	}
	if ran && f.visibility == VisibilityNone {
		e.extra = nil
	}
	return e, nil
}

// begin takes the inputs in.
func (e *ended) begin(in any) error {
	switch in := in.(type) {
	case nil:
		return e.beginWith(nil)
	case Values:
		return e.beginWith(in)
	case map[string]any:
		return e.beginWith(in)
	}
	v := reflect.ValueOf(in)
	f := e.flow
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return failed(ErrBadFunction, f.name, fmt.Errorf("the input is a nil %s", v.Type()))
		}
		v = v.Elem()
	}
	p := f.plan(v.Type(), false)
	if p.err != nil {
		return p.err
	}
	for i, j := range p.find {
		var given any
		if j >= 0 {
			field := &p.shape.fields[j]
			if v := at(v, field.index); !field.optional || !v.IsZero() {
				given = wired(v.Interface())
			}
		}
		if err := e.admit(i, given, p.shape.names); err != nil {
			return err
		}
	}
	for _, j := range p.loose {
		e.keep(p.shape.fields[j].name, at(v, p.shape.fields[j].index).Interface())
	}
	return nil
}

func (e *ended) beginWith(in map[string]any) error {
	f := e.flow
	known := map[string]bool{}
	for i, p := range f.in {
		var given any
		if v, ok := in[p.name]; ok {
			given = wired(v)
			known[p.name] = true
		}
		if err := e.admit(i, given, func() []string { return slices.Sorted(maps.Keys(in)) }); err != nil {
			return err
		}
	}
	if f.loose {
		for name, v := range in {
			if !known[name] {
				e.keep(name, v)
			}
		}
	}
	return nil
}

func (e *ended) keep(name string, v any) {
	if e.extra == nil {
		e.extra = map[string]any{}
	}
	e.extra[name] = v
}

// admit takes one input in.
func (e *ended) admit(i int, v any, visible func() []string) error {
	f := e.flow
	p := &f.in[i]
	if v = f.given(i, v); v == nil && !p.optional {
		return failed(ErrMissing, f.name, missing(p.name, visible()))
	}
	if v != nil && v != null && p.typ != nil && !reflect.TypeOf(v).AssignableTo(p.typ) {
		return failed(ErrType, f.name, typeError(p.name, p.typ, reflect.TypeOf(v), ""))
	}
	f.sequence.admit(e.fr, &f.entries[i], v)
	return nil
}

// values is what is visible in the end.
func (e *ended) values() Values {
	all := make(Values, len(e.flow.out)+len(e.extra))
	maps.Copy(all, e.extra)
	for i, p := range e.flow.out {
		if v := e.flow.from[i].value(e.fr); v != nil {
			all[p.name] = unwired(v)
		}
	}
	return all
}

// outOf is the results as a struct, a map, or the only one of them, of a type that the flow gives.
func outOf[Out any](e *ended) (out Out, err error) {
	t := reflect.TypeFor[Out]()
	if isMap(t) {
		reflect.ValueOf(&out).Elem().Set(reflect.ValueOf(e.values()).Convert(t))
		return out, nil
	}
	p := e.flow.plan(t, true)
	to := reflect.ValueOf(&out).Elem()
	for i := range p.shape.fields {
		if err := e.deliver(to, p, i); err != nil {
			return out, err
		}
	}
	return out, nil
}

// deliver puts one result into its field.
func (e *ended) deliver(to reflect.Value, p *plan, i int) error {
	field, f := &p.shape.fields[i], e.flow
	var v any
	if j := p.find[i]; j >= 0 {
		v = f.from[j].value(e.fr)
	} else if extra, ok := e.extra[field.name]; ok {
		v = wired(extra)
	}
	if !p.shape.plain {
		to = at(to, field.index)
	}
	switch {
	case v == nil && field.fallback.IsValid():
		to.Set(field.fallback)
	case v == nil && !field.optional:
		return failed(ErrMissing, f.name, missing(field.name, slices.Sorted(maps.Keys(e.values()))))
	case v == nil, v == null:
	case !reflect.TypeOf(v).AssignableTo(field.typ):
		return failed(ErrType, f.name, typeError(field.name, field.typ, reflect.TypeOf(v), ""))
	default:
		to.Set(reflect.ValueOf(v))
	}
	return nil
}
