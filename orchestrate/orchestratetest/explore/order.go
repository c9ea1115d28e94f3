package explore

import (
	"context"
	"strconv"
	"strings"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// Of schedules that differ only in the order of steps that commute, one is explored: the one in which no step could
// have been taken before an earlier one with a higher path, the lexicographic normal form of a trace. See Anisimov and
// Knuth, "Inhomogeneous sorting", 1979. Prefixes of a normal form are normal forms, so a schedule is left as soon as it
// is none.

// groupBegins notes the mode of a group, which tells what the order of its branches decides.
func (s *Schedule) groupBegins(ctx context.Context, g actions.Group) {
	if s.x.bounds.Conflicts == nil {
		return
	}
	if s.groups == nil {
		s.groups = map[string]actions.Mode{}
	}
	s.groups[executor.StepFrom(ctx).Path()] = g.Mode
}

// stepOf is a step of a leaf that may commute with others.
func (s *Schedule) stepOf(l *leaf, err error) step {
	_, received := s.received(l.action)
	if received || isSleep(l.action) || l.option.verb == finish || l.option.verb == refuse {
		return step{}
	}
	return step{leaf: l, bad: err != nil}
}

// isNormal tells whether the last step is where it belongs.
func (s *Schedule) isNormal() bool {
	last := len(s.steps) - 1
	if s.x.bounds.Conflicts == nil || s.steps[last].leaf == nil {
		return true
	}
	u := s.steps[last]
	for i := last - 1; i >= u.leaf.since; i-- {
		t := s.steps[i]
		if !s.commute(t, u) {
			return true
		}
		if comparePaths(t.leaf.path, u.leaf.path) > 0 {
			return false
		}
	}
	return true
}

// commute tells whether two steps that could both be taken can be taken in either order.
func (s *Schedule) commute(t, u step) bool {
	if t.leaf == nil {
		return false
	}
	mode, ok := s.groups[commonGroup(t.leaf.path, u.leaf.path)]
	switch {
	case !ok, mode == actions.Any, mode == actions.Race:
		return false
	case mode == actions.All && (t.bad || u.bad): // the first failure cancels the other
		return false
	}
	return !s.x.bounds.Conflicts(t.leaf.action, u.leaf.action)
}

// commonGroup is the path of the innermost group that both paths are in: of "3.0.1" and "3.1.0" it is "3".
func commonGroup(a, b string) string {
	end := 0
	for i := 0; ; i++ {
		x, restA, moreA := strings.Cut(a[end:], ".")
		y, _, moreB := strings.Cut(b[end:], ".")
		if x != y || !moreA || !moreB {
			return strings.TrimSuffix(a[:end], ".")
		}
		end = len(a) - len(restA)
	}
}

// comparePaths orders paths as their actions would be in order.
func comparePaths(a, b string) int {
	for {
		x, restA, moreA := strings.Cut(a, ".")
		y, restB, moreB := strings.Cut(b, ".")
		if x != y {
			m, _ := strconv.Atoi(x)
			n, _ := strconv.Atoi(y)
			return m - n
		}
		if !moreA || !moreB {
			return len(restA) - len(restB)
		}
		a, b = restA, restB
	}
}
