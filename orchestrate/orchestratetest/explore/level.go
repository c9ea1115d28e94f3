package explore

import (
	"slices"
	"sync"
)

// level is a round of the search: the schedules with one departure more than those of the round before. It is the same
// however many goroutines work at it, and however long each schedule takes.
type level struct {
	parents []*ran // none: the first schedule alone, or schedules at random
	size    int    // how many schedules there are
	room    int    // how many may run
	random  bool
	seed    uint64

	mu      sync.Mutex
	taken   int
	cursor  cursor
	done    []ended // by their order
	whole   int     // how many of those have ended without a gap
	wanted  int     // the children of these
	failed  int     // the first of those that failed, or -1
	failing *plan
}

// ended is what came of a schedule.
type ended struct {
	ended, pruned bool
	ran           *ran
}

// ran is what is kept of a schedule for the sake of those that depart from it.
type ran struct {
	node     *node // nil: the first
	history  *history
	choices  []choice
	from     int // the first choice at which others depart
	children int
}

// cursor goes through the children of parents.
type cursor struct {
	parent int
	pick
}

// take takes the next schedule.
func (l *level) take() (i int, p plan, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.taken >= min(l.size, l.room) || l.failed >= 0 && l.taken > l.failed {
		return 0, plan{}, false
	}
	i = l.taken
	l.taken++
	l.done = append(l.done, ended{})
	switch {
	case l.random:
		return i, plan{random: newChance(l.seed, uint64(i))}, true
	case l.parents == nil:
		return i, plan{prunes: true}, true
	}
	parent := l.advance()
	n := &node{parent.node, l.cursor.pick}
	return i, n.plan(parent.history), true
}

// advance moves the cursor to the next child, and returns its parent.
func (l *level) advance() *ran {
	for c := &l.cursor; ; {
		parent := l.parents[c.parent]
		if c.option == 0 { // begin with a parent
			c.choice = int32(parent.from)
		}
		for c.option++; int(c.choice) < len(parent.choices); c.choice, c.option = c.choice+1, 1 {
			if c.option < int32(parent.choices[c.choice]) {
				return parent
			}
		}
		l.parents[c.parent] = nil // nothing departs from it any more
		*c = cursor{parent: c.parent + 1}
	}
}

// end notes what came of schedule i.
func (l *level) end(i int, s *Schedule) {
	l.mu.Lock()
	defer l.mu.Unlock()
	d := &l.done[i]
	d.ended, d.pruned = true, s.pruned
	if s.Failed() {
		if l.failed < 0 || i < l.failed {
			l.failed, l.failing = i, s.plan.again(s.failures)
		}
		return
	}
	left := l.room - min(l.size, l.room)
	if !l.random && l.wanted <= left { // otherwise there are enough for the rounds to come
		d.ran = s.ran()
	}
	for ; l.whole < len(l.done) && l.done[l.whole].ended; l.whole++ {
		if r := l.done[l.whole].ran; r != nil {
			l.wanted += r.children
		}
	}
}

// counted are those that one goroutine alone would have run.
func (l *level) counted() []ended {
	if l.failed >= 0 {
		return l.done[:l.failed+1]
	}
	return l.done
}

// next is the round after this one.
func (l *level) next() *level {
	n := &level{room: l.room - len(l.done), failed: -1}
	for _, d := range l.done {
		if d.ran != nil && d.ran.children > 0 {
			n.parents = append(n.parents, d.ran)
			n.size += d.ran.children
		}
	}
	return n
}

// ran is what is kept of the schedule, or nil if nothing departs from it after its own departures.
func (s *Schedule) ran() *ran {
	r := &ran{node: s.plan.node}
	if r.node != nil {
		r.from = int(r.node.pick.choice) + 1
	}
	for _, options := range s.choices[min(r.from, len(s.choices)):] {
		r.children += int(options) - 1
	}
	if r.children == 0 {
		return nil
	}
	r.history, r.choices = &history{slices.Clone(s.asked), slices.Clone(s.marks)}, slices.Clone(s.choices)
	return r
}
