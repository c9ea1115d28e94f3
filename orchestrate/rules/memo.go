package rules

import (
	"fmt"
	"reflect"

	"github.com/baton-go/baton/actions"
)

// Cached remembers the verdict of a rule for values of one key, as long as one evaluation lasts: a rule that is part of
// several, or checked for the same document by each of them, is evaluated once. Also side by side: in a [Parallel] the
// first rule in order that comes to it makes the check, and the others go on with its verdict. What could not be found
// out is not remembered. A Cached gives back the value that it was given.
//
// Put Cached outside of policies, as in Cached(Named("billing", paid), key): within a [Retry], [Timeout] or [Named] the
// verdict is remembered too, but not waited for by what runs at the same time outside of it.
func Cached[C any, K comparable](rule Rule[C], key func(c C) K) Rule[C] {
	n := newNode("Cached", kindCached, rule)
	if key == nil {
		panic("rules.Cached: the key is nil")
	}
	n.name = rule.node.name
	n.policy.key = func(c C) any { return key(c) }
	n.caches, n.self = true, n
	return Rule[C]{n}
}

// memo is what was remembered: by a machine, and before it by those around.
type memo struct {
	known map[memoKey]any // *machine[C]
	outer *memo
}

type memoKey struct {
	node any // *node[C]
	key  any
}

func (m *memo) find(k memoKey) (any, bool) {
	for ; m != nil; m = m.outer {
		if found, ok := m.known[k]; ok {
			return found, true
		}
	}
	return nil, false
}

// own gives the machine a memo of its own, in front of the one that it was given.
func (m *machine[C]) own() *memo {
	if !m.learned {
		m.learned, m.memo = true, &memo{known: map[memoKey]any{}, outer: m.memo}
	}
	return m.memo
}

// learn takes over the verdicts that a part remembers, and what it could not find out if faults is true.
func (m *machine[C]) learn(p *machine[C], faults bool) {
	if !p.learned {
		return
	}
	known := m.own().known
	for k, found := range p.memo.known {
		if faults || found.(*machine[C]).status != unknown {
			known[k] = found
		}
	}
}

func (m *machine[C]) cached(y actions.Yield, n *node[C]) (stop bool) {
	k := memoKey{n.self, n.policy.key(m.value)}
	if k.key != nil && !reflect.ValueOf(k.key).Comparable() {
		m.fail(n, fmt.Errorf("rules.Cached: the key of %s is a %T that cannot be compared", clip(n.name, clipped), k.key))
		return false
	}
	alone := isOther(k, k)
	if found, ok := m.memo.find(k); ok {
		m.recall(n, found.(*machine[C]))
		return false
	}
	m.wants = k
	if !alone && m.contest.has(n.self) && !m.granted(k) {
		m.waits, m.status = n, blocked
		return true
	}
	if m.dry {
		m.waits, m.status = n, pending
		return true
	}
	before := m.value
	part := m.part(n.children[0], &place{m.spot().place(), 0})
	part.quiet = false // the next to come to it may ask for the reasons
	mark := len(m.findings)
	p, err := part.run(y)
	m.take(n, p, err)
	m.value = before
	if m.hush() {
		m.drop(mark)
	}
	if !alone && (m.status != unknown || m.contest.has(n.self) && p != nil) {
		m.own().known[k] = p
	}
	return false
}

// isOther tells whether two keys differ. A NaN differs from itself: nothing is remembered for it, and nobody waits.
func isOther(a, b memoKey) bool { return a != b }

// recall takes a verdict that was remembered. Its reasons are moved to where the rule stands now.
func (m *machine[C]) recall(n *node[C], p *machine[C]) {
	if m.status = p.status; m.status == unknown {
		m.fail(n, p.trouble())
		return
	}
	if m.hush() || len(p.findings) == 0 {
		return
	}
	root := &place{m.spot().place(), 0}
	for _, f := range p.findings {
		f.spot = f.spot.moved(p.root, root)
		m.add(f)
	}
}

// moved is the spot after what is at a place was moved to another.
func (s spot) moved(from, to *place) spot {
	var indices []int32
	p := s.in
	for ; p != nil && p != from; p = p.parent {
		indices = append(indices, p.index)
	}
	for i := len(indices) - 1; i >= 0; i-- {
		to = &place{to, indices[i]}
	}
	return spot{to, s.index}
}
