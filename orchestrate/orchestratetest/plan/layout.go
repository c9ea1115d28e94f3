package plan

import (
	"cmp"
	"time"
)

// moment is a point of a run: a time, and how many steps were begun and ended at that very time before it. Where nobody
// said how long steps take, there is nothing but these.
type moment struct {
	at time.Duration
	k  int
}

func (m moment) compare(other moment) int {
	return cmp.Or(cmp.Compare(m.at, other.at), cmp.Compare(m.k, other.k))
}

func latest(a, b moment) moment {
	if a.compare(b) < 0 {
		return b
	}
	return a
}

// placed is a step with the moments at which it begins and ends, so that no two steps of a strand overlap and none is
// without length.
type placed struct {
	Step
	begin, end moment
	branches   []strand
}

// strand is a line of steps: the orchestration, or a branch.
type strand struct {
	index      int
	steps      []placed
	begin, end moment
}

// layout places the steps of the plan.
func (p *Plan) layout() strand {
	s := place(p.Steps, moment{})
	if s.end.at < p.Took {
		s.end = moment{at: p.Took}
	}
	return s
}

func place(steps []Step, begin moment) strand {
	s := strand{begin: begin, end: begin, steps: make([]placed, len(steps))}
	for i, step := range steps {
		s.steps[i] = placeStep(step, s.end)
		s.end = s.steps[i].end
	}
	return s
}

func placeStep(s Step, after moment) placed {
	p := placed{Step: s, begin: latest(after, moment{at: s.Start})}
	p.end = p.begin
	for _, b := range s.Branches {
		inner := place(b.Steps, p.begin)
		inner.index = b.Index
		p.branches = append(p.branches, inner)
		p.end = latest(p.end, inner.end)
	}
	p.end = latest(p.end, moment{at: s.End})
	if _, group := s.Group(); p.end == p.begin && (group || s.single()) {
		p.end.k++
	}
	return p
}
