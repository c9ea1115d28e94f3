package plan

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
)

// Policy is how often and how long an action is tried. The zero value is once, for as long as the plan says.
type Policy struct {
	// MaxAttempts is how often it is tried at most. 0 is once.
	MaxAttempts int
	// Timeout bounds each attempt, which then takes that long at worst. 0: as long as the plan says.
	Timeout time.Duration
	// Schedule says how long to wait between attempts, and ends them when it ends. nil: not at all.
	Schedule backoff.Schedule
	// MaxElapsed bounds the time from the beginning of the first attempt to that of the last. 0 is no bound.
	MaxElapsed time.Duration
}

// Rule is the policy of some actions.
type Rule struct {
	match  func(actions.Action) bool
	policy Policy
}

// For is the policy of actions of type A, which may be an interface: For[actions.Action] is that of all. It panics if
// a number in the policy is negative.
func For[A any](p Policy) Rule {
	switch {
	case p.MaxAttempts < 0:
		panic(fmt.Sprintf("plan.For: MaxAttempts must be at least 0, got %d", p.MaxAttempts))
	case p.Timeout < 0:
		panic(fmt.Sprintf("plan.For: Timeout must not be negative, got %v", p.Timeout))
	case p.MaxElapsed < 0:
		panic(fmt.Sprintf("plan.For: MaxElapsed must not be negative, got %v", p.MaxElapsed))
	}
	return Rule{policy: p, match: func(a actions.Action) bool {
		_, ok := a.(A)
		return ok
	}}
}

// Worst is the worst case of a plan: what it comes to if each action fails as often as it may before it ends as the
// plan says.
type Worst struct {
	// Calls are the most calls.
	Calls int
	// Time is the longest time, without what the orchestration itself takes.
	Time time.Duration
	// Items has one for each step of which there may be more than one call, in the order of the plan.
	Items []WorstStep
}

// WorstStep is the worst case of a step.
type WorstStep struct {
	// Step is the step, without what is inside it.
	Step  Step
	Calls int
	Time  time.Duration
}

// Worst tells the worst case of the plan under policies for its actions, of which the first that matches counts. Waits
// (see actions.IsWait) and the other standard actions are not tried again, because they are taken off above policies.
//
// It is the worst case of these steps: an orchestration that is told of failures may go on in another way. The bound
// of the time is that of the longest chain: a group that waits for all its branches takes as long as the worst of them,
// one that is decided by the first no longer than the worst case of each branch that might have been first.
func (p *Plan) Worst(rules ...Rule) Worst {
	var w Worst
	w.Time = w.strand(p.Steps, rules)
	return w
}

func (w *Worst) strand(steps []Step, rules []Rule) (sum time.Duration) {
	for _, s := range steps {
		g, group := s.Group()
		switch {
		case group:
			sum = later(sum, w.group(s, g.Mode, rules))
		case s.single():
			sum = later(sum, w.single(s, rules))
		}
	}
	return sum
}

func (w *Worst) single(s Step, rules []Rule) time.Duration {
	calls, took := 1, s.Took()
	for _, r := range rules {
		if !isStandard(s.Action) && r.match(s.Action) {
			calls, took = r.policy.worst(took)
			break
		}
	}
	w.Calls = addCalls(w.Calls, calls)
	if calls > 1 {
		s.Branches = nil
		w.Items = append(w.Items, WorstStep{s, calls, took})
	}
	return took
}

func (w *Worst) group(s Step, mode actions.Mode, rules []Rule) time.Duration {
	longest, first, decided := time.Duration(0), time.Duration(math.MaxInt64), false
	for _, b := range s.Branches {
		took := w.strand(b.Steps, rules)
		longest = max(longest, took)
		alarm, ok := b.alarm(s)
		if ok {
			took = alarm
		}
		if ok && mode != actions.All && mode != actions.Settle || b.mayDecide(mode) {
			first, decided = min(first, took), true
		}
	}
	if decided {
		return later(first, s.afterwards(rules))
	}
	return longest
}

// alarm is how long a branch takes that is nothing but a Sleep, such as that of a timeout. That it was cut short does
// not matter: in the worst case it is not.
func (b Branch) alarm(group Step) (time.Duration, bool) {
	if len(b.Steps) != 1 || !b.leaf(group) {
		return 0, false
	}
	s, ok := b.Steps[0].Action.(actions.Sleep)
	return max(0, s.For), ok
}

// mayDecide tells whether the branch ended by itself in a way that decides a group of the mode.
func (b Branch) mayDecide(mode actions.Mode) bool {
	switch mode {
	case actions.Any:
		return b.Err == nil
	case actions.Race:
		_, lost := errors.AsType[*executor.DecidedError](b.Err)
		return !lost
	case actions.All, actions.Settle:
	}
	return false
}

// afterwards is the longest that a branch goes on after the group is decided: to undo what it did.
func (s Step) afterwards(rules []Rule) (longest time.Duration) {
	var decided time.Duration
	for _, b := range s.Branches {
		if b.Index == s.Decided && len(b.Steps) > 0 {
			decided = b.Steps[len(b.Steps)-1].End
		}
	}
	for _, b := range s.Branches {
		if b.Index == s.Decided || s.Decided < 0 {
			continue
		}
		var rest []Step
		for _, step := range b.Steps {
			if step.Start >= decided && step.Status != Cancelled {
				rest = append(rest, step)
			}
		}
		var w Worst
		longest = max(longest, w.strand(rest, rules))
	}
	return longest
}

// isStandard tells whether an action is taken off above policies.
func isStandard(a actions.Action) bool {
	switch a.(type) {
	case actions.Now, actions.NewID, actions.Random:
		return true
	}
	return actions.IsWait(a)
}

func addCalls(a, b int) int {
	if a > math.MaxInt-b {
		return math.MaxInt
	}
	return a + b
}

// String tells the most calls and the longest time, and where they come from.
func (w Worst) String() string {
	var t table
	t.right = []bool{true, true}
	for _, i := range w.Items {
		t.add(plural(i.Calls, "call"), duration(i.Time), i.Step.title(false))
	}
	return fmt.Sprintf("at worst: %s, %s", plural(w.Calls, "call"), duration(w.Time)) + t.String()
}
