package journal

import (
	"strconv"
	"strings"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/store"
)

// A strand that was given an event has it from then on, and the event is gone if another branch decides a race around
// the strand before the orchestration has heard of it: while its record is being made durable, for instance. So the
// strand *holds*, from when it is given the event until it asks for the next thing, or its branch has ended; and while
// a branch of a race holds, no other one decides that race, and none is given an event. The same goes for a branch of
// which the records say that it had an event, as long as it goes by its records.

// hold notes that the strand holds. The caller holds the journal's lock.
func (s *strand) hold() {
	if s.group != nil && !s.holding {
		s.holding = true
		s.held(1)
	}
}

// held counts the strand in all groups around it.
func (s *strand) held(n int) {
	for ; s.group != nil; s = s.group.parent {
		s.holds += n
		s.group.holds += n
	}
}

// release has the strand hold no more. The caller holds the journal's lock.
func (s *strand) release() {
	if s.holding {
		s.holding = false
		s.held(-1)
	}
}

// rivals tells whether the strand is in a branch of a race of which another branch holds. The caller holds the
// journal's lock.
func (s *strand) rivals() bool {
	for ; s.group != nil; s = s.group.parent {
		if s.group.races() && s.group.holds > s.holds {
			return true
		}
	}
	return false
}

// races tells whether the first branch to end well, or at all, has all others lose.
func (g *group) races() bool { return g.mode == actions.Race || g.mode == actions.Any }

// asks notes that the orchestration has heard of what the strand was given, and asks for the next thing.
func (j *Journal) asks(s *strand) {
	if !s.holding && !s.byRecords { // nobody else changes either while the strand is at work
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	s.release()
	s.goesOn()
	j.calm()
}

// goesOn notes that the strand has come to the end of its records, and goes on. So the strands around it, which hold
// for others that have ended, do so no more. One that has lost goes nowhere. The caller holds the journal's lock.
func (s *strand) goesOn() {
	if !s.byRecords || s.lost() {
		return
	}
	s.byRecords = false
	for ; s.group != nil; s = s.group.parent {
		s.group.goesOn = true
		if s.group.parent.lent {
			s.group.parent.lent = false
			s.group.parent.release()
		}
	}
}

// calm wakes those who wait for a strand that holds no more. The caller holds the lock.
func (j *Journal) calm() {
	if j.unsettled != nil {
		close(j.unsettled)
		j.unsettled = nil
	}
	if j.withheld && j.phase == live {
		j.withheld = false
		j.distribute()
	}
}

// giveWay returns once the end of the branch that the strand is may decide its group: when no other one holds, if it is
// a race. One that holds does not wait: no other one was given an event since. The caller holds the lock, which is
// released meanwhile.
func (j *Journal) giveWay(s *strand) {
	g := s.group
	for g.races() && g.decided < 0 && g.holds > 0 && !s.holding && !j.Dry {
		if j.unsettled == nil {
			j.unsettled = make(chan struct{})
		}
		unsettled := j.unsettled
		j.mu.Unlock()
		<-unsettled
		j.mu.Lock()
	}
}

// lost tells whether the strand is in a branch of a group that another one has decided. The caller holds the journal's
// lock.
func (s *strand) lost() bool {
	for ; s.group != nil; s = s.group.parent {
		if s.group.decided >= 0 && s.group.decided != s.branch {
			return true
		}
	}
	return false
}

// forks has the branches hold of which the records say that they had an event, and the strand that has forked hold no
// more, unless there are records of what it does afterwards.
func (j *Journal) forks(g *group) {
	was := j.past.width[g.path] > 0
	if !was && !g.parent.holding && !g.parent.byRecords {
		return
	}
	strand, index, err := split(g.path)
	last := err != nil || j.past.last[strand] <= index
	j.mu.Lock()
	defer j.mu.Unlock()
	if was {
		for i := range g.children {
			g.children[i].byRecords = true
		}
		for _, p := range j.past.within(g.path) {
			if p.Kind == store.Step && p.Number != 0 {
				g.children[branchOf(g.path, p.Path)].hold()
			}
		}
	}
	if last {
		if !was {
			g.parent.goesOn()
		}
		g.parent.release()
		j.calm()
	}
}

// branchOf is the branch of the group in which the path is.
func branchOf(group, path string) int {
	branch, _, _ := strings.Cut(path[len(group)+1:], ".")
	i, _ := strconv.Atoi(branch) // a history has no other paths
	return i
}

// joins has the strand hold that has forked, if the branch did and was the last one to end, or has decided the group:
// the orchestration hears of the event there. The order in which branches come to the end of their records says
// nothing, so there any one may have been the last, unless another goes on. The caller holds the lock.
func (j *Journal) joins(g *group, branch *strand) {
	if g.running == 0 {
		g.parent.lent = false
	}
	if !branch.holding {
		return
	}
	branch.release()
	switch {
	case g.running == 0 || g.decided >= 0:
		g.parent.hold()
	case branch.byRecords && !g.goesOn:
		g.parent.hold()
		g.parent.lent = true
	}
	for s := branch; s.group != nil && j.phase != live; s = s.group.parent {
		s.group.later = true
	}
	j.calm()
}
