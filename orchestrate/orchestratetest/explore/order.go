package explore

import (
	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/internal/paths"
)

// Of schedules that differ only in the order of steps that commute, one is explored: the one in which no step could
// have been taken before an earlier one with a higher path, the lexicographic normal form of a trace. See Anisimov and
// Knuth, "Inhomogeneous sorting", 1979. Prefixes of a normal form are normal forms, so a schedule is left as soon as it
// is none.
//
// Two steps commute if they are answers to actions that do not conflict, were waited for at the same time, and neither
// of which has led to the decision of a group. A decision ends other branches, whose actions then take effect too late
// or not at all, so what comes before it and after it differs. Timers, events, crashes and the like keep their places.

// stepOf is a step of a leaf, or nil if it commutes with none.
func (s *Schedule) stepOf(l *leaf) *leaf {
	if s.received(l) || l.sleeps || l.option.verb == finish || l.option.verb == refuse {
		return nil
	}
	return l
}

// decides notes that a group was decided by what the last step has led to.
func (s *Schedule) decides() {
	if last := len(s.steps) - 1; last >= 0 {
		s.steps[last] = nil
	}
}

// isNormal tells whether the last step is where it belongs. It can be told only when all that it has led to is over.
func (s *Schedule) isNormal() bool {
	last := len(s.steps) - 1
	if s.x.bounds.Conflicts == nil || last < 0 || s.steps[last] == nil || !s.plan.prunes {
		return true
	}
	u := s.steps[last]
	for i := last - 1; i >= u.since; i-- {
		t := s.steps[i]
		switch {
		case t == nil || s.conflict(t.action, u.action):
			return true
		case paths.Compare(t.path, u.path) > 0:
			return false
		}
	}
	return true
}

func (s *Schedule) conflict(a, b actions.Action) bool {
	yes := s.x.bounds.Conflicts(a, b)
	if yes != s.x.bounds.Conflicts(b, a) {
		s.Errorf("explore.Bounds: Conflicts is not symmetric: of %s and %s", showAction(a), showAction(b))
		s.aborted = true
		if s.host != nil {
			s.host.kill()
		}
	}
	return yes
}

// leave ends a schedule that is equivalent to another.
func (s *Schedule) leave() {
	s.pruned, s.aborted = true, true
	if s.host != nil {
		s.host.kill()
	}
}
