package rules

import (
	"errors"
	"maps"
	"slices"

	"github.com/baton-go/baton/actions"
)

// Rules that run side by side may come to the same Cached. Who of them makes the check must not depend on who is
// first, or a run could not be replayed. So such a group runs in rounds: every branch stops at a check that another
// may come to as well, unless it was granted the check or the verdict is known. Before each round, the first branch
// in order that stopped at a check is granted it. Each round is a group of those that can go on.

var errStopped = errors.New("rules: the branch waits for a check that another one makes")

// contest is the set of caches for which branches compete.
type contest struct {
	nodes func(n any) bool
	outer *contest
}

func (c *contest) has(n any) bool {
	for ; c != nil; c = c.outer {
		if c.nodes(n) {
			return true
		}
	}
	return false
}

// parts is a group that runs in rounds.
type parts[C any] struct {
	node  *node[C]
	at    *place
	ends  []branch[C]
	state []*machine[C]
	over  []bool
}

// sharedCaches finds the Cached that more than one of the rules may come to. Inside of what runs as a part of its own
// nobody waits for others, so it does not count.
func sharedCaches[C any](rules []*node[C]) map[*node[C]]struct{} {
	shared, by := map[*node[C]]struct{}{}, map[*node[C]]int{}
	for i, rule := range rules {
		seen := map[*node[C]]struct{}{}
		for todo := []*node[C]{rule}; len(todo) > 0; {
			n := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			if _, ok := seen[n]; ok || !n.caches {
				continue
			}
			seen[n] = struct{}{}
			switch n.kind {
			case kindCached:
				if first, ok := by[n.self]; ok && first != i {
					shared[n.self] = struct{}{}
				}
				by[n.self] = i
			case kindRetry, kindNamed:
			case kindTimeout:
				todo = append(todo, n.children[1:]...)
			default:
				todo = append(todo, n.children...)
			}
		}
	}
	return shared
}

// granted tells whether the machine was granted a check.
func (m *machine[C]) granted(k memoKey) bool { return slices.Contains(m.grants, k) }

// rounds evaluates a group in rounds. It stops if nothing is left to do but what others have to do first, or if it
// would have to yield and must not.
func (m *machine[C]) rounds(y actions.Yield, n *node[C]) (stop bool) {
	if m.parts == nil {
		m.parts = m.split(n)
	}
	g := m.parts
	mode := m.mode(n)
	for {
		decided, left := g.advance(m, mode)
		if decided >= 0 || !left {
			m.finish(n, decided, nil)
			return false
		}
		g.grant(m)
		able := g.able()
		if m.dry || len(able) == 0 {
			m.waits, m.status = n, blocked
			if len(able) > 0 {
				m.status = pending
			}
			return true
		}
		decided, err := g.round(m, y, mode, able)
		if err != nil || decided >= 0 {
			m.finish(n, decided, err)
			return false
		}
	}
}

// finish makes the verdict of the group. What could not be found out was remembered for the others in it, and no
// longer.
func (m *machine[C]) finish(n *node[C], decided int, err error) {
	g := m.parts
	m.parts = nil
	m.conclude(n, g.at, g.ends, decided, err)
	if m.contest == nil {
		maps.DeleteFunc(m.memo.known, func(_ memoKey, found any) bool { return found.(*machine[C]).status == unknown })
	}
}

// split makes a machine for each rule of the group.
func (m *machine[C]) split(n *node[C]) *parts[C] {
	count := len(n.children)
	g := &parts[C]{
		node: n, at: m.spot().place(),
		ends: make([]branch[C], count), state: make([]*machine[C], count), over: make([]bool, count),
	}
	m.own() // the parts look into it for what others found out in an earlier round
	inner := &contest{outer: m.contest, nodes: func(of any) bool {
		cached, _ := of.(*node[C])
		_, ok := n.shared[cached]
		return ok
	}}
	for i, child := range n.children {
		p := m.part(child, &place{g.at, int32(i)})
		p.contest = inner
		g.state[i] = &machine[C]{walker: walker[C]{value: p.value, work: p.work}, waits: child}
	}
	return g
}

// advance runs every part as far as it comes without a yield. It tells who decided the group by that, or -1, and
// whether there are parts that are not over.
func (g *parts[C]) advance(m *machine[C], mode actions.Mode) (decided int, left bool) {
	decided = -1
	for i, part := range g.state {
		if g.over[i] {
			continue
		}
		part.dry = true
		part.run(nil, part.waits)
		part.dry = false
		if part.stopped() {
			left = true
			continue
		}
		g.end(i, part, part.ends(g.node.children[i], mode, part.trouble()))
		m.learn(part, true)
		if decided < 0 && g.decides(i, mode) {
			decided = i
		}
	}
	return decided, left
}

func (m *machine[C]) stopped() bool { return m.status == blocked || m.status == pending }

func (g *parts[C]) end(i int, part *machine[C], err error) {
	g.over[i], g.ends[i] = true, branch[C]{machine: part, err: err}
}

func (g *parts[C]) decides(i int, mode actions.Mode) bool {
	switch mode {
	case actions.Any:
		return g.ends[i].err == nil
	case actions.All:
		return g.ends[i].err != nil
	default:
		return false
	}
}

// checks calls f with each machine of the group that stopped at a Cached, in order.
func (g *parts[C]) checks(f func(part *machine[C])) {
	for i, part := range g.state {
		switch {
		case g.over[i]:
		case part.parts != nil:
			part.parts.checks(f)
		case part.waits.kind == kindCached:
			f(part)
		}
	}
}

// grant gives each check that several parts share to the first that stopped at it, if nobody outside of the
// group competes for it, and nobody has it already.
func (g *parts[C]) grant(m *machine[C]) {
	given := map[memoKey]bool{}
	g.checks(func(part *machine[C]) {
		if part.status == pending {
			given[part.wants] = true
		}
	})
	g.checks(func(part *machine[C]) {
		k := part.wants
		_, shared := g.node.shared[k.node.(*node[C])]
		if part.status == blocked && shared && !given[k] && !m.contest.has(k.node) {
			given[k] = true
			part.grants = append(part.grants, k)
			part.status = pending
		}
	})
}

// able lists the parts that can go on.
func (g *parts[C]) able() []int {
	var able []int
	for i, part := range g.state {
		if !g.over[i] && part.able() {
			able = append(able, i)
		}
	}
	return able
}

func (m *machine[C]) able() bool {
	if m.parts != nil {
		return len(m.parts.able()) > 0
	}
	return m.status == pending
}

// round runs the parts that can go on as a group.
func (g *parts[C]) round(m *machine[C], y actions.Yield, mode actions.Mode, able []int) (decided int, err error) {
	group := actions.Group{Mode: mode, Branches: make([]actions.Branch, len(able))}
	outer := m.memo
	for i, of := range able {
		part, n := g.state[of], g.node.children[of]
		group.Branches[i].Flow = func(y actions.Yield) (any, error) {
			p := part.clone(outer) // the branch may be run again
			p.run(y, p.waits)
			if p.stopped() {
				if mode == actions.Any {
					return p, errStopped
				}
				return p, nil
			}
			return p, p.ends(n, mode, p.trouble())
		}
	}
	branches, first, err := run[C](y, group)
	if err != nil {
		return -1, err
	}
	cancelled := mode != actions.Settle && first >= 0 // then what could not be found out says nothing to others
	for i, of := range able {
		b := branches[i]
		if b.machine != nil {
			m.learn(b.machine, !cancelled)
		}
		if b.machine != nil && b.machine.stopped() {
			g.state[of] = b.machine.clone(outer) // a result is the executor's too
			continue
		}
		g.over[of], g.ends[of] = true, b
	}
	if mode != actions.Settle && first >= 0 {
		return able[first], nil
	}
	return -1, nil
}

// clone copies a machine that stopped, and what it may change.
func (m *machine[C]) clone(outer *memo) *machine[C] {
	c := *m
	c.frames, c.saved, c.findings = slices.Clone(m.frames), slices.Clone(m.saved), slices.Clone(m.findings)
	c.notes, c.ran, c.grants = slices.Clone(m.notes), slices.Clone(m.ran), slices.Clone(m.grants)
	c.memo = outer
	if m.learned {
		c.memo = &memo{known: maps.Clone(m.memo.known), outer: outer}
	}
	if m.parts != nil {
		p := *m.parts
		p.ends, p.over, p.state = slices.Clone(p.ends), slices.Clone(p.over), slices.Clone(p.state)
		for i, part := range p.state {
			p.state[i] = part.clone(c.memo)
		}
		c.parts = &p
	}
	return &c
}
