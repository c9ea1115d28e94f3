package dataflow

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/baton-go/baton/actions"
)

// port is a name on the wire: what a node takes, or gives.
type port struct {
	name string
	typ  reflect.Type // nil if it is known only while running
	// optional says that what is taken may be missing, and that what is given may not come.
	optional bool
	by       string // the step that takes or gives it, for people
	origins  []origin
}

// origin is an output of a step, or an input of the flow, of which the step is nil.
type origin struct {
	step *bound
	n    int
}

// ported is a node that takes and gives what its ports say.
type ported interface {
	Part
	// label is the name of the node, or "" if it has none.
	label() string
	// ports reports what is wrong with the node to the compiler.
	ports(c *compiler) (in, out []port)
	// exec runs it with the inputs, one for each port, that stand in the frame.
	exec(y actions.Yield, r *run, fr *frame, in []input) (raw any, err error)
	// spread puts what exec returned where at says, an element for each port; what did not come it leaves out.
	spread(raw any, into []any, at []int32) error
	// steps counts the steps in it.
	steps() int
}

// frame is the values that one strand of a run works with, each in its slot. A nil is nothing; a value that is nil is
// null.
type frame struct {
	vals  []any
	live  []int32  // the slots that the next step clears, in memory of the flow's own once a step has run
	names []string // of the slots, for errors
}

type isNull struct{}

// null stands for a nil that is a value.
var null any = isNull{}

// wired is a value as it stands in a slot.
func wired(v any) any {
	if v == nil {
		return null
	}
	return v
}

func unwired(v any) any {
	if v == null {
		return nil
	}
	return v
}

// input is where one port finds its value: in the first of the slots that has one.
type input struct {
	slot     int32 // -1 if nowhere
	others   []int32
	required bool
	checked  bool // whether the type can only be known while running
}

func (i *input) value(fr *frame) any {
	if i.slot < 0 {
		return nil
	}
	if v := fr.vals[i.slot]; v != nil {
		return v
	}
	for _, slot := range i.others {
		if v := fr.vals[slot]; v != nil {
			return v
		}
	}
	return nil
}

// fill puts the inputs into the fields of a struct.
func (s *shape) fill(to reflect.Value, fr *frame, in []input) error {
	for i := range s.fields {
		f := &s.fields[i]
		v := in[i].value(fr)
		switch v {
		case nil:
			if f.fallback.IsValid() {
				at(to, f.index).Set(f.fallback)
			}
		case null:
		default:
			r := reflect.ValueOf(v)
			if in[i].checked && !r.Type().AssignableTo(f.typ) {
				return typeError(f.name, f.typ, r.Type(), "")
			}
			at(to, f.index).Set(r)
		}
	}
	return nil
}

// spread puts the fields of a struct where at says.
func (s *shape) spread(from reflect.Value, into []any, where []int32) {
	for i := range s.fields {
		f := &s.fields[i]
		v := at(from, f.index)
		if f.optional && v.IsZero() {
			continue
		}
		into[where[i]] = wired(v.Interface())
	}
}

// at is FieldByIndex, without its loop for the fields that are the struct's own.
func at(v reflect.Value, index []int) reflect.Value {
	if len(index) == 1 {
		return v.Field(index[0])
	}
	return v.FieldByIndex(index)
}

// portsOf makes ports of a shape.
func (s *shape) portsOf(by string) []port {
	ports := make([]port, len(s.fields))
	for i, f := range s.fields {
		ports[i] = port{name: f.name, typ: f.typ, optional: f.optional, by: by}
	}
	return ports
}

// signature is what a function takes and gives, and what is wrong with it.
type signature struct {
	name    string
	in, out *shape
	inErr   error
	outErr  error
	nilFunc bool
}

func sign[In, Out any](name string, nilFunc bool) signature {
	s := signature{name: name, nilFunc: nilFunc}
	s.in, s.inErr = shapeOf(reflect.TypeFor[In]())
	s.out, s.outErr = shapeOf(reflect.TypeFor[Out]())
	return s
}

func (s *signature) label() string { return s.name }

func (*signature) steps() int { return 1 }

// ports reports what is wrong with the function. That its result has no names is not, if it is given some.
func (s *signature) ports(c *compiler) (in, out []port) {
	if s.in == nil {
		c.fail(ErrNotCallable, s.name, errors.New("the step was not made by Step"))
		return nil, nil
	}
	if s.nilFunc {
		c.fail(ErrNotCallable, s.name, errors.New("the function is nil"))
	}
	switch {
	case s.inErr != nil:
		c.fail(ErrBadFunction, s.name, fmt.Errorf("the input %s: %w", s.in.typ, s.inErr))
	case s.in.plain:
		c.fail(ErrBadFunction, s.name,
			fmt.Errorf("the input is of type %s, and must be a struct with exported fields", s.in.typ))
	}
	if s.outErr != nil {
		c.fail(ErrBadFunction, s.name, fmt.Errorf("the output %s: %w", s.out.typ, s.outErr))
	} else if s.out.plain && !c.naming {
		c.fail(ErrBadFunction, s.name,
			fmt.Errorf("the output is of type %s, which has no name: give it one by Map and As", s.out.typ))
	}
	return s.in.portsOf(s.name), s.out.portsOf(s.name)
}

// visible lists the names of which there are values.
func (fr *frame) visible() []string {
	var names []string
	for slot, v := range fr.vals {
		if v != nil {
			names = append(names, fr.names[slot])
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
