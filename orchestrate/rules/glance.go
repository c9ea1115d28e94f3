package rules

// stage is a composed rule that a glance is in.
type stage[C any] struct {
	node *node[C]
	next int
}

// glance evaluates a rule that yields nothing, as long as it goes well: as long as nothing says no, and the rule is
// not nested deeper than people write. That far it does what a walker does, and needs nothing but its own stack. Then
// a walker goes on from there.
func (n *node[C]) glance(c C, w work) (Verdict[C], error) {
	var stages [16]stage[C]
	depth := 0
	for {
		for n.chain == nil && len(n.children) > 0 && depth < len(stages) {
			stages[depth] = stage[C]{node: n}
			depth++
			n = n.children[0]
		}
		for i, f := range n.chain {
			if !f(c) {
				return n.brokenAt(i, stages[:depth], c, w)
			}
		}
		if n.chain == nil && n.kind != kindPure {
			m := walkFrom(stages[:depth], c, w)
			m.walk(n)
			return m.verdict()
		}
		if n.chain == nil && !n.pure(c) {
			m := walkFrom(stages[:depth], c, w)
			m.refuse(n, nil)
			m.walk(m.resume())
			return m.verdict()
		}
		for n = nil; depth > 0; depth-- {
			s := &stages[depth-1]
			if s.node.kind == kindNot {
				m := walkFrom(stages[:depth], c, w)
				m.status = yes
				m.walk(m.resume())
				return m.verdict()
			}
			if n = s.after(); n != nil {
				break
			}
		}
		if n == nil {
			return Verdict[C]{OK: true, Value: c}, nil
		}
	}
}

// brokenAt goes on where part i of a chain said no.
func (n *node[C]) brokenAt(i int, stages []stage[C], c C, w work) (Verdict[C], error) {
	m := walkFrom(stages, c, w)
	m.push(n)
	m.frames[len(m.frames)-1].next = int32(i)
	m.refuse(n.children[i], nil)
	m.walk(m.resume())
	return m.verdict()
}

// after is the part to be evaluated after one that said yes, or nil if that is the verdict.
func (s *stage[C]) after() *node[C] {
	switch s.node.kind {
	case kindAnd, kindThen:
		if s.next++; s.next < len(s.node.children) {
			return s.node.children[s.next]
		}
	case kindIf:
		if s.next == 0 {
			s.next = 1
			return s.node.children[1]
		}
	default:
	}
	return nil
}

// walkFrom makes a walker that is where a glance is.
func walkFrom[C any](stages []stage[C], c C, w work) *walker[C] {
	m := &walker[C]{value: c, work: w, frames: make([]frame[C], 0, 4)}
	for _, s := range stages {
		m.push(s.node)
		m.frames[len(m.frames)-1].next = int32(s.next)
	}
	return m
}
