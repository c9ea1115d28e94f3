package plan

import (
	"maps"
	"slices"

	"github.com/baton-go/baton/actions"
)

// freeze makes plain data of what was recorded of a step.
func (r *recorder) freeze(n *node) Step {
	s := n.Step
	if s.Status == Unfinished {
		s.End = r.clock()
	}
	switch {
	case len(n.inner) > 0:
		s.Tries = slices.Clone(n.inner)
	case len(n.calls) > 1:
		s.Tries = slices.Clone(n.calls)
	}
	for i, t := range s.Tries {
		if t.Status == Unfinished {
			s.Tries[i].End = s.End
		}
	}
	if g, ok := s.Action.(actions.Group); ok {
		for i := range g.Branches {
			s.Branches = append(s.Branches, r.branch(n, i))
		}
		if n.result.Outcomes != nil {
			s.Decided = n.result.Decided
		}
		return s
	}
	for _, i := range slices.Sorted(maps.Keys(n.branches)) {
		s.Branches = append(s.Branches, r.branch(n, i))
	}
	if s.Action == nil { // only its inside was seen
		s.enclose()
	}
	return s
}

func (r *recorder) branch(n *node, i int) Branch {
	b := Branch{Index: i, Steps: r.frozen(n.branches[i])}
	if i < len(n.result.Outcomes) {
		b.Err = n.result.Outcomes[i].Err
	}
	return b
}

// enclose ends a group that nobody saw end: when what is inside did.
func (s *Step) enclose() {
	s.End, s.Status = s.Start, Done
	for _, b := range s.Branches {
		for _, inner := range b.Steps {
			s.End = max(s.End, inner.End)
			if inner.Status == Unfinished {
				s.Status = Unfinished
			}
		}
	}
}
