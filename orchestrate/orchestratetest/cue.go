package orchestratetest

import "slices"

// node is a part of a script that is being played.
type node interface {
	// next lists what may come, the first choice first.
	next() []*cue
	// take plays a cue that next listed, and tells whether it is one of this node.
	take(c *cue) bool
	// done tells whether nothing more need come.
	done() bool
	// all lists the cues that have not been played, and says of each whether it may be left out, as they all may if may
	// is true.
	all(may bool) []*cue
}

// cue is one expectation of a script.
type cue struct {
	expectation
	played   bool
	optional bool
}

func (c *cue) next() []*cue { return c.all(c.optional) }

func (c *cue) take(other *cue) bool {
	if c == other {
		c.played = true
	}
	return c == other
}

func (c *cue) done() bool { return c.played }

func (c *cue) all(may bool) []*cue {
	if c.played {
		return nil
	}
	c.optional = may
	return []*cue{c}
}

// inTurn is a sequence.
type inTurn struct {
	nodes []node
	at    int
}

func (s *inTurn) next() (cues []*cue) {
	for _, n := range s.nodes[s.at:] {
		cues = append(cues, n.next()...)
		if !n.done() {
			break
		}
	}
	return cues
}

func (s *inTurn) take(c *cue) bool {
	for i, n := range s.nodes[s.at:] {
		if n.take(c) {
			s.at += i // what is passed over was optional
			return true
		}
	}
	return false
}

func (s *inTurn) done() bool {
	return !slices.ContainsFunc(s.nodes[s.at:], func(n node) bool { return !n.done() })
}

func (s *inTurn) all(may bool) (cues []*cue) {
	for _, n := range s.nodes[s.at:] {
		cues = append(cues, n.all(may)...)
	}
	return cues
}

// anyOrder is nodes that come in any order.
type anyOrder []node

func (o anyOrder) next() (cues []*cue) {
	for _, n := range o {
		cues = append(cues, n.next()...)
	}
	return cues
}

func (o anyOrder) take(c *cue) bool {
	return slices.ContainsFunc(o, func(n node) bool { return n.take(c) })
}

func (o anyOrder) done() bool { return !slices.ContainsFunc(o, func(n node) bool { return !n.done() }) }

func (o anyOrder) all(may bool) []*cue { return (&inTurn{nodes: o}).all(may) }

// optional is a node that may be left out.
type optional struct {
	node
	begun bool
}

func (o *optional) take(c *cue) bool {
	taken := o.node.take(c)
	o.begun = o.begun || taken
	return taken
}

func (o *optional) done() bool { return !o.begun || o.node.done() }

// all need not be told: what is within something that has not begun has not begun either.
func (o *optional) all(bool) []*cue { return o.node.all(!o.begun) }
