package dataflow

import (
	"strconv"
	"strings"
)

// maxDrawn bounds the steps of a drawing: flows within flows can be more than they look.
const maxDrawn = 2000

// picture is a flow as people see it: steps, boxes around those that belong together, and what goes from where to
// where.
type picture struct {
	name  string
	root  *box
	spots []*spot
	boxes int
	edges []*edge
	index map[[2]*spot]*edge
	full  bool
}

// spot is one step, or the inputs, the results, or a choice.
type spot struct {
	id, text string
	shape    shapeKind
}

type shapeKind uint8

const (
	aStep shapeKind = iota
	anEnd
	aChoice
)

// box is a group, or a flow.
type box struct {
	id, title string
	spots     []*spot
	boxes     []*box
}

type edge struct {
	from, to *spot
	names    []string
	dotted   bool
}

// picture draws a flow.
func (f *Flow) picture() *picture {
	p := &picture{name: f.name, root: &box{}, index: map[[2]*spot]*edge{}}
	given := make([][]*spot, len(f.in))
	if len(f.in) > 0 {
		in := p.spot(p.root, "inputs", anEnd)
		for i := range given {
			given[i] = []*spot{in}
		}
	}
	out := p.flow(p.root, f, given)
	if len(f.out) > 0 {
		end := p.spot(p.root, "results", anEnd)
		for i, from := range out {
			p.link(from, end, f.out[i].name)
		}
	}
	return p
}

func (p *picture) spot(in *box, text string, shape shapeKind) *spot {
	s := &spot{id: "n" + strconv.Itoa(len(p.spots)), text: text, shape: shape}
	p.spots, in.spots = append(p.spots, s), append(in.spots, s)
	return s
}

func (p *picture) box(in *box, title string) *box {
	b := &box{id: "b" + strconv.Itoa(p.boxes), title: title}
	p.boxes++
	in.boxes = append(in.boxes, b)
	return b
}

func (p *picture) link(from []*spot, to *spot, name string) {
	for _, s := range from {
		e := p.index[[2]*spot{s, to}]
		if e == nil {
			e = &edge{from: s, to: to}
			p.index[[2]*spot{s, to}] = e
			p.edges = append(p.edges, e)
		}
		e.names = append(e.names, name)
	}
}

// part is the drawing of one flow, which may stand in it several times.
type sketch struct {
	*picture

	given [][]*spot            // where its inputs come from
	made  map[*bound][][]*spot // where the outputs of its steps come from
}

// flow draws a flow into a box, and returns where its results come from.
func (p *picture) flow(in *box, f *Flow, given [][]*spot) [][]*spot {
	s := &sketch{p, given, map[*bound][][]*spot{}}
	s.sequence(in, &f.sequence)
	out := make([][]*spot, len(f.out))
	for i, o := range f.out {
		out[i] = s.sources(o.origins)
	}
	return out
}

func (s *sketch) sources(origins []origin) (from []*spot) {
	for _, o := range origins {
		switch {
		case o.step == nil:
			from = append(from, s.given[o.n]...)
		case o.n < len(s.made[o.step]): // else it was not drawn
			from = append(from, s.made[o.step][o.n]...)
		}
	}
	return from[:min(len(from), maxOrigins)]
}

func (s *sketch) sequence(in *box, q *sequence) {
	for _, st := range q.stages {
		s.op(in, st.op)
	}
}

func (s *sketch) op(in *box, o op) {
	if len(s.spots) >= maxDrawn {
		if !s.full {
			s.full = true
			s.spot(s.root, "…", anEnd)
		}
		return
	}
	switch o := o.(type) {
	case *bound:
		s.step(in, o, o.node, "")
	case *branch:
		s.sequence(in, &o.sequence)
	case *group:
		b := s.box(in, "")
		for _, m := range o.members {
			s.op(b, m)
		}
	case *selection:
		s.selection(in, o)
	}
}

func (s *sketch) step(in *box, b *bound, n ported, note string) {
	switch n := n.(type) {
	case *remapped:
		s.step(in, b, n.ported, note)
		return
	case *loop:
		s.step(in, b, n.ported, " (repeated)")
		return
	case *Flow:
		given := make([][]*spot, len(b.from))
		for i, origins := range b.from {
			given[i] = s.sources(origins)
		}
		if n.name+note != "" {
			in = s.box(in, n.name+note)
		}
		s.made[b] = s.flow(in, n, given)
		return
	}
	to := s.spot(in, b.label+note, aStep)
	for i, origins := range b.from {
		s.link(s.sources(origins), to, b.ports[i].name)
	}
	s.made[b] = make([][]*spot, len(b.out))
	for i := range b.out {
		s.made[b][i] = []*spot{to}
	}
}

func (s *sketch) selection(in *box, o *selection) {
	by := s.spot(in, o.name, aChoice)
	for i, origins := range o.from {
		s.link(s.sources(origins), by, o.ports[i].name)
	}
	for i, m := range o.members {
		first := len(s.spots)
		s.op(in, m)
		if first < len(s.spots) {
			s.edges = append(s.edges, &edge{from: by, to: s.spots[first], names: []string{o.labels[i]}, dotted: true})
		}
	}
}

// label is the names on an edge, or some of them.
func (e *edge) label() string {
	const most = 6
	if n := len(e.names); n > most {
		return strings.Join(e.names[:most], ", ") + " and " + strconv.Itoa(n-most) + " more"
	}
	return strings.Join(e.names, ", ")
}
