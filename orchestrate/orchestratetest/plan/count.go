package plan

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/baton-go/baton/actions"
)

// Count is how often actions of one name were yielded and carried out.
type Count struct {
	// Name is that of the actions: see actions.Name.
	Name string
	// Steps are the single actions that were yielded.
	Steps int
	// Calls are the attempts at them, but for those of which the error says that nothing was done.
	Calls int
}

// Counts has one count for each name, in the order of names.
type Counts []Count

// Counts counts the single actions by their name, which stands for their type. Groups and asides do not count.
func (p *Plan) Counts() Counts {
	var counts Counts
	p.count(func(s Step, name string, calls int) {
		i, ok := slices.BinarySearchFunc(counts, name, func(c Count, name string) int { return cmp.Compare(c.Name, name) })
		if !ok {
			counts = slices.Insert(counts, i, Count{Name: name})
		}
		counts[i].Steps++
		counts[i].Calls += calls
	})
	return counts
}

// Total adds all counts up. It has no name.
func (c Counts) Total() (total Count) {
	for _, one := range c {
		total.Steps += one.Steps
		total.Calls += one.Calls
	}
	return total
}

// String is a table of the counts.
func (c Counts) String() string {
	total := c.Total()
	t := table{right: []bool{true, true}}
	t.add("steps", "calls")
	for _, one := range append(slices.Clone(c), total) {
		t.add(strconv.Itoa(one.Steps), strconv.Itoa(one.Calls), cmp.Or(one.Name, "in all"))
	}
	return t.flush()
}

func (p *Plan) count(f func(s Step, name string, calls int)) {
	for s := range p.All() {
		if s.single() {
			f(s, oneLine(actions.Name(s.Action)), s.calls())
		}
	}
}

// calls counts the attempts that may have done something.
func (s Step) calls() (n int) {
	if len(s.Tries) == 0 {
		if s.Status == NotDone {
			return 0
		}
		return 1
	}
	for _, t := range s.Tries {
		if t.Status != NotDone {
			n++
		}
	}
	return n
}

// Durations is how long actions take, as the plan of a recorded run has it: by their name, the longest that one took.
// An action that it does not have takes no time. It is for [Config], to plan with what was seen.
func (p *Plan) Durations() func(a actions.Action) time.Duration {
	longest := map[string]time.Duration{}
	p.count(func(s Step, name string, _ int) { longest[name] = max(longest[name], s.Took()) })
	return func(a actions.Action) time.Duration { return longest[oneLine(actions.Name(a))] }
}
