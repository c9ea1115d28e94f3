package dataflow

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// Key says how a [Dispatch] chooses: [By] or [Fixed].
type Key[K comparable] struct {
	fixed *K
	in    *shape
	inErr error
	of    func(fr *frame, in []input) (K, error)
}

// By computes the key from the data: the fields of In are inputs, as those of a step are. The function only decides: it
// has no effects, and returns the same for the same.
func By[In any, K comparable](f func(in In) K) Key[K] {
	k := Key[K]{}
	if f == nil {
		return k
	}
	k.in, k.inErr = shapeOf(reflect.TypeFor[In]())
	k.of = func(fr *frame, in []input) (key K, err error) {
		var given In
		if err := k.in.fill(reflect.ValueOf(&given).Elem(), fr, in); err != nil {
			return key, failed(ErrMap, "", err)
		}
		return decide(f, given)
	}
	return k
}

// decide calls a function that only decides. Its panic is an error, so that the error has the path.
func decide[In, Out any](f func(In) Out, in In) (out Out, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = executor.NewPanicError(p)
		}
	}()
	return f(in), nil
}

// Fixed is a key that is known when the flow is built, from a configuration for instance. Only the node of this key is
// part of the flow then.
func Fixed[K comparable](key K) Key[K] { return Key[K]{fixed: &key} }

// Choice is a node of a [Dispatch]: [Case] or [Otherwise].
type Choice[K comparable] struct {
	key       K
	otherwise bool
	node      Part
}

// Case is the node for one key.
func Case[K comparable](key K, node Part) Choice[K] { return Choice[K]{key: key, node: node} }

// Otherwise is the node for all keys that have none.
func Otherwise[K comparable](node Part) Choice[K] { return Choice[K]{otherwise: true, node: node} }

// Dispatch runs one of several nodes, chosen by a key:
//
//	dataflow.Dispatch("by country", dataflow.By(func(in struct{ Country string }) string { return in.Country }),
//		dataflow.Case("IE", vat),
//		dataflow.Otherwise[string](exportTax),
//	)
//
// What each of the nodes takes must be there, and what only some give may not come. Two cases with the same key are an
// error of [New], as is a fixed key without a case; a computed one is [ErrDispatch] while running.
func Dispatch[K comparable](name string, key Key[K], choices ...Choice[K]) Part {
	return &dispatch[K]{name, key, choices}
}

type dispatch[K comparable] struct {
	name    string
	key     Key[K]
	choices []Choice[K]
}

func (*dispatch[K]) part() {}

// chooser is a Dispatch of any type.
type chooser interface {
	Part
	choose(c *compiler, s *scope) op
}

func (d *dispatch[K]) choose(c *compiler, s *scope) op {
	c.claim(d.name)
	if !c.enter() {
		c.leave()
		return nil
	}
	defer c.leave()
	index, otherwise := d.index(c)
	if d.key.fixed != nil {
		if !canCompare(*d.key.fixed) {
			c.fail(ErrDispatch, d.name, incomparable(*d.key.fixed))
			return nil
		}
		i, ok := index[*d.key.fixed]
		switch {
		case ok:
		case otherwise >= 0:
			i = otherwise
		default:
			c.fail(ErrDispatch, d.name, d.unknown(*d.key.fixed))
			return nil
		}
		return c.member(d.choices[i].node, s)
	}
	o := &selection{name: d.name, skip: c.skip}
	switch {
	case d.key.of == nil:
		c.fail(ErrNotCallable, d.name, errors.New("the key is neither By a function nor Fixed"))
		return nil
	case d.key.inErr != nil || d.key.in.plain:
		c.fail(ErrBadFunction, d.name, fmt.Errorf("the input of By is of type %s, and must be a struct with "+
			"exported fields: %w", d.key.in.typ, cmpErr(d.key.inErr)))
		return nil
	}
	o.ports = d.key.in.portsOf(d.name)
	o.in, o.unsure, o.from = c.wire(o.ports, s)
	o.choose = func(fr *frame) (int, error) {
		key, err := d.key.of(fr, o.in)
		switch {
		case err != nil:
			return 0, err
		case !canCompare(key):
			return 0, failed(ErrDispatch, "", incomparable(key))
		}
		if i, ok := index[key]; ok {
			return i, nil
		}
		if otherwise >= 0 {
			return otherwise, nil
		}
		return 0, failed(ErrDispatch, "", d.unknown(key))
	}
	for _, choice := range d.choices {
		o.add(c, s, choice.label(), choice.node)
	}
	o.merge()
	return o
}

// index finds the choices by their keys.
func (d *dispatch[K]) index(c *compiler) (index map[K]int, otherwise int) {
	index, otherwise = make(map[K]int, len(d.choices)), -1
	if len(d.choices) == 0 {
		c.fail(ErrEmpty, d.name, errors.New("a dispatch has no cases"))
	}
	for i, choice := range d.choices {
		if !canCompare(choice.key) {
			c.fail(ErrDispatch, d.name, incomparable(choice.key))
			continue
		}
		_, again := index[choice.key]
		switch {
		case choice.otherwise && otherwise >= 0:
			c.fail(ErrDuplicate, d.name, errors.New("there are two Otherwise"))
		case choice.otherwise:
			otherwise = i
		case again:
			c.fail(ErrDuplicate, d.name, fmt.Errorf("there are two cases for %s", brief(choice.key)))
		default:
			index[choice.key] = i
		}
	}
	return index, otherwise
}

// canCompare tells whether a key can be looked up: what is in an interface may be a slice, for instance.
func canCompare(key any) bool { return key == nil || reflect.ValueOf(key).Comparable() }

func incomparable(key any) error {
	return fmt.Errorf("the key %s cannot be compared: it must be of a type that == works for", brief(key))
}

func (d *dispatch[K]) unknown(key K) error {
	var known []string
	for _, c := range d.choices {
		known = append(known, brief(c.key))
	}
	more := ""
	if n := len(known) - maxVisible; n > 0 {
		known, more = known[:maxVisible], fmt.Sprintf(" and %d more", n)
	}
	return fmt.Errorf("there is no case for %s: there are %v%s", brief(key), known, more)
}

func (c Choice[K]) label() string {
	if c.otherwise {
		return "otherwise"
	}
	if s, ok := any(c.key).(string); ok && s != "" && printable(s) {
		return shorten(s)
	}
	return brief(c.key)
}

// selection is a dispatch in a flow.
type selection struct {
	name   string
	ports  []port
	in     []input
	from   [][]origin
	unsure bool
	skip   bool
	choose func(fr *frame) (int, error)
	labels []string
	group
	counts []int // the steps of each
	count  int
}

func (o *selection) add(c *compiler, s *scope, label string, node Part) {
	before := c.count
	m := c.member(node, s)
	if m == nil {
		return // which was reported
	}
	o.labels, o.members = append(o.labels, label), append(o.members, m)
	o.counts = append(o.counts, c.count-before)
	o.count += c.count - before
}

// merge finds out what the nodes give. It is certain to come only if each gives it.
func (o *selection) merge() {
	o.group.merge(func(string) bool { return true })
	o.sure = !slices.ContainsFunc(o.members, func(m op) bool { return !m.certain() })
	given := make([]int, len(o.out))
	for i, m := range o.members {
		for j, p := range m.outputs() {
			if !p.optional && m.certain() {
				given[o.at[i][j]]++
			}
		}
	}
	for i := range o.out {
		o.out[i].optional = given[i] < len(o.members)
	}
}

func (o *selection) certain() bool { return o.sure && (!o.unsure || !o.skip) }

func (o *selection) exec(y actions.Yield, r *run, fr *frame) (any, bool, error) {
	if o.unsure {
		if i := lacks(o.in, fr); i >= 0 {
			err := failed(ErrMissing, o.name, missing(o.ports[i].name, fr.visible()))
			if !o.skip {
				return nil, true, err
			}
			r.skip(y, o.name, o.count, err)
			return nil, false, nil
		}
	}
	i, err := o.choose(fr)
	if err != nil {
		return nil, true, within(o.name, err)
	}
	raw, ran, err := o.members[i].exec(y, r, fr)
	if err != nil {
		return nil, ran, err
	}
	var out []any
	if ran {
		out = make([]any, len(o.out))
		if err := o.members[i].spread(raw, out, o.at[i]); err != nil {
			return nil, true, err
		}
	}
	r.count(y, o.count-o.counts[i], o.name)
	return out, ran, nil
}
