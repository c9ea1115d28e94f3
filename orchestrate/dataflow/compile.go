package dataflow

import (
	"errors"
	"fmt"

	"github.com/baton-go/baton/actions"
)

// Bounds that keep hostile definitions from costing more than they say.
const (
	maxDepth  = 1000
	maxErrors = 100
	maxCount  = 1 << 40
)

// compiler makes a flow of its parts, in one pass, and collects what is wrong with them.
type compiler struct {
	settings
	name   string
	errs   []error
	more   int
	labels map[string]bool
	depth  int
	count  int
	flows  int // how deep the flows in it are
	// naming is true while the ports of a node are read whose result is about to be given a name.
	naming bool
	// unused lists the names of the flow's Overwrite that no group gives.
	unused map[string]bool
}

// fail reports an error at a step, or in the flow as a whole.
func (c *compiler) fail(kind Kind, step string, err error) {
	if len(c.errs) >= maxErrors {
		c.more++
		return
	}
	c.errs = append(c.errs, &Error{Kind: kind, Path: join(shorten(c.name), shorten(step)), Err: err})
}

// missing reports an input that nobody gives. What is visible is looked up only for errors that are shown: it may be as
// much as there are steps.
func (c *compiler) missing(p port, s *scope) {
	if len(c.errs) >= maxErrors {
		c.more++
		return
	}
	c.fail(ErrMissing, p.by, missing(p.name, s.visible()))
}

// err joins what was reported.
func (c *compiler) err() error {
	if c.more > 0 {
		return errors.Join(append(c.errs, fmt.Errorf("%s: and %d more errors", shorten(c.name), c.more))...)
	}
	return errors.Join(c.errs...)
}

// enter guards a recursion, and reports where it is too deep.
func (c *compiler) enter() bool {
	if c.depth++; c.depth == maxDepth+1 {
		c.fail(ErrTooDeep, "", fmt.Errorf("groups and sequences may be nested %d levels deep", maxDepth))
	}
	return c.depth <= maxDepth
}

func (c *compiler) leave() { c.depth-- }

// claim makes sure that the name of a step is good and taken once only.
func (c *compiler) claim(name string) {
	switch err := checkName(name); {
	case name == "":
		c.fail(ErrEmpty, name, errors.New("the name of a step is empty"))
	case err != nil:
		c.fail(ErrBadFunction, name, err)
	case c.labels[name]:
		c.fail(ErrDuplicate, name, errors.New("two steps of the flow have this name: give one another by As"))
	}
	c.labels[name] = true
}

// op is a node where it stands in a flow.
type op interface {
	// exec runs it with the values in a frame. It tells whether it ran, or was skipped.
	exec(y actions.Yield, r *run, fr *frame) (raw any, ran bool, err error)
	spread(raw any, into []any, at []int32) error
	// outputs is what it gives if it runs.
	outputs() []port
	// certain tells whether it runs in any case.
	certain() bool
}

// member compiles a node that stands in a scope: as a part of a sequence, or as a member of a group.
func (c *compiler) member(n Part, s *scope) op {
	switch n := n.(type) {
	case seq:
		return c.branch(n, s)
	case par:
		return c.group(n, s)
	case chooser:
		return n.choose(c, s)
	}
	if n := c.resolve(n); n != nil {
		return c.bind(n, s)
	}
	return nil
}

// stages compiles nodes that run one after the other into the scope. Sequences in it are part of it.
func (c *compiler) stages(nodes []Part, s *scope, to *sequence) {
	for _, n := range nodes {
		if inner, ok := n.(seq); ok {
			if c.enter() {
				nodes, _ := c.split(inner.parts, "Seq", false)
				if len(nodes) == 0 {
					c.fail(ErrEmpty, "", errors.New("a sequence has no steps"))
				}
				c.stages(nodes, s, to)
			}
			c.leave()
			continue
		}
		o := c.member(n, s)
		if o == nil {
			continue
		}
		to.stages = append(to.stages, stage{o, s.produce(o)})
	}
}

// bind finds the inputs of a node in a scope.
func (c *compiler) bind(n ported, s *scope) op {
	label := n.label()
	if !isAnonymous(n) {
		c.claim(label)
	}
	c.count = min(c.count+n.steps(), maxCount)
	in, out := n.ports(c)
	b := &bound{node: n, label: label, ports: in, out: out, skip: c.skip}
	for i := range out {
		out[i].origins = []origin{{b, i}}
	}
	b.in, b.unsure, b.from = c.wire(in, s)
	if c.flows = max(c.flows, depthOf(n)); c.flows == maxDepth {
		c.fail(ErrTooDeep, label, fmt.Errorf("flows may be nested %d levels deep", maxDepth))
	}
	if asFlow(n) == nil { // whose steps count themselves
		b.counts = n.steps()
	}
	return b
}

// asFlow is the flow that a node is, perhaps with other names, or nil.
func asFlow(n ported) *Flow {
	if m, ok := n.(*remapped); ok {
		return asFlow(m.ported)
	}
	f, _ := n.(*Flow)
	return f
}

// depthOf is how deep flows are nested in a node.
func depthOf(n ported) int {
	switch n := n.(type) {
	case *remapped:
		return depthOf(n.ported)
	case *loop:
		return depthOf(n.ported)
	case *Flow:
		return n.depth
	}
	return 0
}

// isAnonymous tells whether the node is a sequence or a group that was made a flow.
func isAnonymous(n ported) bool {
	switch m := n.(type) {
	case *remapped:
		return isAnonymous(m.ported)
	case *loop:
		return isAnonymous(m.ported)
	}
	f := asFlow(n)
	return f != nil && f.name == ""
}

// wire finds the sources of ports. What is certainly missing is an error, unless the step is to be skipped then.
// It tells whether something that is required may not be there.
func (c *compiler) wire(ports []port, s *scope) (ins []input, unsure bool, from [][]origin) {
	ins, from = make([]input, len(ports)), make([][]origin, len(ports))
	for i, p := range ports {
		src := s.find(p.name, p)
		in := input{slot: -1, required: !p.optional}
		if len(src.slots) > 0 {
			in.slot, in.others = src.slots[0], src.slots[1:]
		}
		if !src.certain && in.required {
			unsure = true
			if in.slot < 0 && !c.skip {
				c.missing(p, s)
			}
		}
		switch {
		case src.typ == nil:
			in.checked = true
		case !fits(src.typ, p.typ):
			c.fail(ErrType, p.by, typeError(p.name, p.typ, src.typ, src.by))
		default:
			in.checked = p.typ == nil || !src.typ.AssignableTo(p.typ)
		}
		ins[i], from[i] = in, src.origins
	}
	return ins, unsure, from
}
