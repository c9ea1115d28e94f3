package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Chain is a chain of steps each of which had to wait for the one before.
type Chain []Link

// Link is a step in a chain.
type Link struct {
	// Step is the step, without what is inside it.
	Step Step
	// From and Until are the times between which the chain ran through it.
	From, Until time.Duration
}

// CriticalPath is the longest chain of single steps, the one that decided how long the run took: making anything else
// faster changes nothing. Through a group it runs
//
//   - along the branch that ended last, if every branch was waited for: an All that succeeds, a Settle, an Any without
//     a success;
//   - along the branch that decided the group, if the others were cancelled then, and on along the one that took
//     longest to end after that.
//
// Where no step takes time, the longest chain is the one of most steps. Of equal ones it is that of the first branch.
func (p *Plan) CriticalPath() Chain { return chain(p.layout(), moment{}) }

// critical are the paths of the steps on the critical path.
func (p *Plan) critical() map[string]bool {
	paths := map[string]bool{}
	for _, l := range p.CriticalPath() {
		paths[l.Step.Path] = true
	}
	return paths
}

// chain goes through what of a strand is after a moment.
func chain(s strand, from moment) (links Chain) {
	for _, step := range s.steps {
		if step.end.compare(from) <= 0 {
			continue
		}
		if _, group := step.Group(); group {
			links = append(links, through(step, from)...)
		} else if step.single() {
			link := Link{Step: step.Step, From: latest(step.begin, from).at, Until: step.end.at}
			link.Step.Branches = nil
			links = append(links, link)
		}
	}
	return links
}

// through goes through a group.
func through(group placed, from moment) Chain {
	for _, b := range group.branches {
		if b.index == group.Decided {
			return append(chain(b, from), group.afterwards(b, latest(from, b.end))...)
		}
	}
	var last strand
	for i, b := range group.branches {
		if i == 0 || b.end.compare(last.end) > 0 {
			last = b
		}
	}
	return chain(last, from)
}

// afterwards is the longest chain in the branches that lost, after the group was decided.
func (p placed) afterwards(winner strand, decided moment) (longest Chain) {
	var end moment
	for _, b := range p.branches {
		if b.index == winner.index {
			continue
		}
		links := slices.DeleteFunc(chain(b, decided), func(l Link) bool { // what ended, or did not begin, therefore
			return l.Took() == 0 && (l.Step.Status == Cancelled || l.Step.Status == NotDone)
		})
		if len(links) == 0 {
			continue
		}
		if e := (moment{links[len(links)-1].Until, len(links)}); e.compare(end) > 0 {
			longest, end = links, e
		}
	}
	return longest
}

// Took is the time that the steps of the chain took. What the plan took longer, the orchestration itself did.
func (c Chain) Took() (sum time.Duration) {
	for _, l := range c {
		sum = later(sum, l.Took())
	}
	return sum
}

// Took is the time that the chain spent in the step.
func (l Link) Took() time.Duration { return l.Until - l.From }

// String lists the steps of the chain, with the share of each in the time of all.
func (c Chain) String() string {
	took := c.Took()
	var b strings.Builder
	b.WriteString("critical path: " + plural(len(c), "step"))
	if took > 0 {
		b.WriteString(", " + duration(took))
	}
	t := table{right: []bool{true, true}}
	for _, l := range c {
		if took > 0 {
			share := fmt.Sprintf("%.0f%%", 100*float64(l.Took())/float64(took))
			t.add(duration(l.Took()), share, l.Step.title(false))
		} else {
			t.add("", "", l.Step.title(false))
		}
	}
	return b.String() + t.String()
}
