package explore

import (
	"fmt"
	"slices"
)

// plan says which options a schedule takes: by itself the first one, everywhere.
type plan struct {
	node     *node    // nil: the first
	picks    []pick   // in order
	history  *history // of a schedule that begins in the same way
	asked    int      // how much of it
	tokens   []string // instead of picks, as they were printed
	random   *chance
	next     int // of picks, or of tokens
	taken    []string
	prunes   bool     // schedules that are equivalent to others
	watched  bool     // where goroutines come from
	failures []string // of its run that failed
}

// pick is an option that is not the default.
type pick struct {
	choice, option int32
}

// history is what a schedule asked for.
type history struct {
	asked []asked
	marks []int32
}

// node is a schedule that departs from that of its parent by one pick.
type node struct {
	parent *node // nil: the first
	pick   pick
}

// plan is how the schedule is run, given the history of its parent.
func (n *node) plan(parent *history) plan {
	p := plan{node: n, history: parent, asked: int(parent.marks[n.pick.choice]), prunes: true}
	for ; n != nil; n = n.parent {
		p.picks = append(p.picks, n.pick)
	}
	slices.Reverse(p.picks)
	return p
}

// again is the plan of the same schedule, which has failed.
func (p *plan) again(failures []string) *plan {
	if p.random != nil {
		return &plan{tokens: p.taken, failures: failures, watched: p.watched}
	}
	return &plan{
		node: p.node, picks: p.picks, history: p.history, asked: p.asked,
		failures: failures, prunes: p.prunes, watched: p.watched,
	}
}

// before is what was asked for in the n-th place by a schedule that begins in the same way.
func (p *plan) before(n int) *asked {
	if n >= p.asked {
		return nil
	}
	return &p.history.asked[n]
}

// departs tells whether the schedule still takes other options than the first.
func (p *plan) departs() bool { return p.next < len(p.picks) }

// choose chooses one of the options.
func (s *Schedule) choose(opts []option) option {
	p := &s.plan
	at, n := int32(len(s.marks)), 0
	s.marks = append(s.marks, int32(len(s.asked)))
	s.choices = append(s.choices, choice(len(opts)))
	switch {
	case p.random != nil:
		n = p.random.option(len(opts))
	case p.next < len(p.tokens):
		taken := func(o option) bool { return s.token(o, opts[0]) == p.tokens[p.next] }
		if i := slices.IndexFunc(opts[1:], taken); i >= 0 {
			n = i + 1
			p.next++
		}
	case p.departs() && p.picks[p.next].choice == at:
		n = int(p.picks[p.next].option)
		p.next++
	}
	if n >= len(opts) {
		s.diverged("two runs of the same beginning differ: there were more things that could happen next")
		n = 0
	}
	if n > 0 && (s.trace != nil || p.random != nil) {
		p.taken = append(p.taken, s.token(opts[n], opts[0]))
	}
	return opts[n]
}

// token is how an option is written in a schedule. Steps have the same paths in each run of the body.
func (s *Schedule) token(o, instead option) string {
	text := o.token(instead)
	if s.runs > 1 {
		text += fmt.Sprintf(" in run %d", s.runs)
	}
	return text
}

// choice is the number of options there were.
type choice int32
