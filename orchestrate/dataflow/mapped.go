package dataflow

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Mapping is how [Map] changes the names of a node: [In], [Out] and [As].
type Mapping interface{ apply(m *mapped) }

// In says under which name on the wire each input of a node is found: In{"price": "total"} feeds total into price. What
// it does not list keeps its name.
type In map[string]string

// Out says under which name on the wire each output of a node is put: Out{"sum": "total"} gives sum as total. What it
// does not list keeps its name.
type Out map[string]string

type as []string

// As names the result of a function that has no names for it. One name is for the result as a whole, whatever it is;
// several spread it: an array or a slice of as many elements, or a struct of as many fields, in their order.
func As(names ...string) Mapping { return as(names) }

// Map is a node with other names for what it takes and gives. All names change at once, so that In{"a": "b", "b": "a"}
// swaps two. A name that the node does not have is an error of [New]. A sequence or a group in it is a flow of its own,
// but for the name.
func Map(node Part, how ...Mapping) Part { return &mapped{node: node, how: how} }

type mapped struct {
	node  Part
	how   []Mapping
	in    []map[string]string
	out   []map[string]string
	names []string
}

func (*mapped) part() {}

func (i In) apply(m *mapped)  { m.in = append(m.in, i) }
func (o Out) apply(m *mapped) { m.out = append(m.out, o) }
func (a as) apply(m *mapped)  { m.names = a }

// remapped is a node with other names, in a flow.
type remapped struct {
	ported
	in, out []map[string]string
	names   []string
	spread1 func(raw any, into []any, at []int32) error
}

// resolve makes a node with ports of any node.
func (c *compiler) resolve(n Part) ported {
	switch n := n.(type) {
	case *mapped:
		m := *n
		for i, how := range n.how {
			if how == nil {
				c.fail(ErrNotCallable, "", fmt.Errorf("mapping %d of Map is nil", i))
				continue
			}
			how.apply(&m)
		}
		if !c.enter() {
			c.leave()
			return nil
		}
		defer c.leave()
		inner := c.resolve(m.node)
		if inner == nil {
			return nil
		}
		return &remapped{ported: inner, in: m.in, out: m.out, names: m.names}
	case ported:
		if isNil(n) {
			break
		}
		return n
	case *repeat:
		return c.loop(n)
	case seq, par, chooser:
		return c.anonymous(n)
	case nil:
	default:
		c.fail(ErrSetting, "", fmt.Errorf("%T is a setting, and no node", n))
		return nil
	}
	c.fail(ErrNotCallable, "", errors.New("a node is nil"))
	return nil
}

func isNil(n Part) bool {
	v := reflect.ValueOf(n)
	return v.Kind() == reflect.Pointer && v.IsNil()
}

// anonymous makes a flow of a node, whose inputs are what it wants from outside.
func (c *compiler) anonymous(n Part) ported {
	before, takes := c.count, c.takes
	c.takes = nil
	f := &Flow{settings: c.settings, results: map[string]int{}}
	f.limit, f.progress = 0, false // they are the flow's around it
	s := newScope(c, nil)
	c.stages([]Part{n}, s, &f.sequence)
	f.end(c, s)
	f.seal(c, s)
	f.count, f.depth = c.count-before, c.flows
	c.count, c.takes = before, takes
	return f
}

func (m *remapped) ports(c *compiler) (in, out []port) {
	was := c.naming
	c.naming = len(m.names) > 0
	in, out = m.ported.ports(c)
	c.naming = was
	if len(m.names) > 0 {
		out = m.name(c, out)
	}
	for _, names := range m.in {
		rename(c, m.label(), "input", in, names)
	}
	for _, names := range m.out {
		rename(c, m.label(), "output", out, names)
	}
	seen := map[string]bool{}
	for _, p := range out {
		if seen[p.name] && len(m.names)+len(m.out) > 0 {
			c.fail(ErrDuplicate, m.label(), fmt.Errorf("two results are named %q", p.name))
		}
		seen[p.name] = true
	}
	return in, out
}

// rename renames ports, all at once.
func rename(c *compiler, label, what string, ports []port, names map[string]string) {
	found := map[string]bool{}
	for i, p := range ports {
		to, ok := names[p.name]
		if !ok {
			continue
		}
		found[p.name] = true
		if err := checkName(to); err != nil {
			c.fail(ErrMap, label, fmt.Errorf("%s %q: %w", what, p.name, err))
			continue
		}
		ports[i].name = to
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if !found[name] {
			c.fail(ErrMap, label, notThere(what, name, ports))
		}
	}
}

func notThere(what, name string, ports []port) error {
	var b strings.Builder
	names := sorted(namesOf(ports))
	more := max(0, len(names)-maxVisible)
	list(&b, names[:len(names)-more], more)
	return fmt.Errorf("there is no %s %q: %s", what, shorten(name), b.String())
}

// function is a node that is one function.
type function interface {
	result() *shape
	whole(raw any) reflect.Value
}

// name gives the result of a function its names.
func (m *remapped) name(c *compiler, out []port) []port {
	label := m.label()
	f, ok := m.ported.(function)
	if !ok {
		c.fail(ErrMap, label, errors.New("As names the result of a function, and this node is none"))
		return out
	}
	shape := f.result()
	t := shape.typ
	named := make([]port, len(m.names))
	for i, name := range m.names {
		if err := checkName(name); err != nil {
			c.fail(ErrMap, label, err)
		}
		named[i] = port{name: name, by: label, typ: t}
	}
	n := len(named)
	switch {
	case n == 1:
		m.spread1 = func(raw any, into []any, at []int32) error {
			into[at[0]] = wired(f.whole(raw).Interface())
			return nil
		}
		return named
	case t.Kind() == reflect.Array && t.Len() == n, t.Kind() == reflect.Slice:
		for i := range named {
			named[i].typ = t.Elem()
		}
		m.spread1 = func(raw any, into []any, at []int32) error { return spreadElements(f.whole(raw), into, at) }
		return named
	case !shape.plain && len(shape.fields) == n:
		for i, field := range shape.fields {
			named[i].typ, named[i].optional = field.typ, field.optional
		}
		return named
	}
	c.fail(ErrMap, label, fmt.Errorf("a %s cannot be spread over %d names", t, n))
	return named
}

func spreadElements(v reflect.Value, into []any, at []int32) error {
	if v.Len() != len(at) {
		return fmt.Errorf("the result has %d elements, and there are %d names for them", v.Len(), len(at))
	}
	for i, to := range at {
		into[to] = wired(v.Index(i).Interface())
	}
	return nil
}

func (m *remapped) spread(raw any, into []any, at []int32) error {
	if m.spread1 != nil {
		return m.spread1(raw, into, at)
	}
	return m.ported.spread(raw, into, at)
}

func sorted(names []string) []string {
	slices.Sort(names)
	return names
}
