package dataflow

import (
	"errors"

	"github.com/baton-go/baton/actions"
)

type seq struct{ parts []Part }

// Seq runs nodes one after the other. Within a flow or another sequence it is as if they stood there themselves; within
// a group it is one member, which runs beside the others, sees what the group sees, and gives what it has produced.
func Seq(nodes ...Part) Part { return seq{nodes} }

func (seq) part() {}

// sequence is the stages of one strand, and what they work with.
type sequence struct {
	names   []string // of the slots
	entries []gate
	stages  []stage
	keep    bool // whether a stage leaves what is there
}

// stage is one step, or one group, and the slots for what it gives.
type stage struct {
	op
	at []int32
}

// gate is how a value comes into a frame.
type gate struct {
	input
	to    int32
	stays bool
}

// finish takes over what the scope knows once all stages are compiled.
func (q *sequence) finish(s *scope) {
	q.names, q.keep = s.names, s.vis == VisibilityAll
	q.entries = make([]gate, len(s.ordered))
	for i, e := range s.ordered {
		g := gate{input: input{slot: -1, checked: e.typ == nil}, to: e.slot, stays: e.stays}
		if len(e.source.slots) > 0 {
			g.slot, g.others = e.source.slots[0], e.source.slots[1:]
		}
		q.entries[i] = g
	}
}

// frame makes one. What is to be there from the start is put into it by admit.
func (q *sequence) frame() *frame { return &frame{vals: make([]any, len(q.names)), names: q.names} }

func (q *sequence) admit(fr *frame, g *gate, v any) {
	fr.vals[g.to] = v
	if !g.stays && v != nil {
		fr.live = append(fr.live, g.to)
	}
}

// run runs the stages, and tells whether one of them ran.
func (q *sequence) run(y actions.Yield, r *run, fr *frame) (ran bool, err error) {
	for i := range q.stages {
		st := &q.stages[i]
		raw, did, err := st.exec(y, r, fr)
		if err != nil {
			return ran, err
		}
		if !did {
			continue
		}
		ran = true
		if !q.keep {
			for _, slot := range fr.live {
				fr.vals[slot] = nil
			}
			fr.live = st.at
		}
		if err := st.spread(raw, fr.vals, st.at); err != nil {
			return ran, err
		}
	}
	return ran, nil
}

// branch is a sequence that is a member of a group: it has a frame of its own.
type branch struct {
	sequence
	out  []port
	from []int32
	sure bool
}

func (c *compiler) branch(n seq, outer *scope) op {
	b := &branch{}
	if !c.enter() {
		c.leave()
		return b
	}
	defer c.leave()
	nodes, _ := c.split(n.parts, "Seq", false)
	if len(nodes) == 0 {
		c.fail(ErrEmpty, "", errors.New("a sequence has no steps"))
		return b
	}
	s := newScope(c, outer)
	c.stages(nodes, s, &b.sequence)
	b.finish(s)
	b.sure = s.barrier > 0
	for _, p := range s.inOrder() {
		if s.sees(p) {
			p.optional = !s.isCertain(p)
			b.out, b.from = append(b.out, p.port), append(b.from, p.slot)
		}
	}
	return b
}

func (b *branch) exec(y actions.Yield, r *run, outer *frame) (any, bool, error) {
	fr := b.frame()
	for i := range b.entries {
		g := &b.entries[i]
		b.admit(fr, g, g.value(outer))
	}
	ran, err := b.sequence.run(y, r, fr)
	if err != nil || !ran {
		return nil, ran, err
	}
	out := make([]any, len(b.from))
	for i, slot := range b.from {
		out[i] = fr.vals[slot]
	}
	return out, true, nil
}

func (b *branch) spread(raw any, into []any, at []int32) error { return spreadList(raw, into, at) }

func (b *branch) outputs() []port { return b.out }

func (b *branch) certain() bool { return b.sure }

// spreadList puts the values that there are where at says.
func spreadList(raw any, into []any, at []int32) error {
	list, _ := raw.([]any)
	for i, v := range list {
		if v != nil {
			into[at[i]] = v
		}
	}
	return nil
}
