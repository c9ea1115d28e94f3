package plan

import (
	"fmt"
	"iter"
	"time"

	"github.com/baton-go/baton/actions"
)

// Plan is what a run would do, from [Dry], or did, from [Record]: a tree of steps. It is plain data, nobody changes it
// once it is made, and its methods are safe for concurrent use.
type Plan struct {
	// Name heads pictures and texts.
	Name string
	// Steps are those of the orchestration itself, in order; those of branches are inside.
	Steps []Step
	// Result and Err are what the orchestration returned. Both are nil where nobody saw it return.
	Result any
	Err    error
	// Took is the time from the beginning of the run to its end.
	Took time.Duration
}

// Step is one action of a run: a single one, an aside, or a group with its branches.
type Step struct {
	// Path is the position of the step in its run, such as "3.1.0". An aside has the path of the action after it.
	Path string
	// Action is the action without its shield. It is nil for a group of which only the inside was seen.
	Action actions.Action
	// Shielded tells that the action was to be carried out although the run might be cancelled.
	Shielded bool
	// Status says how it ended.
	Status Status
	// Result is the result of a single action, Err the error of any.
	Result any
	Err    error
	// Start and End are times since the beginning of the run.
	Start, End time.Duration
	// Tries are the attempts at the action, if somebody saw them: see [Attempts].
	Tries []Try
	// Branches are those of a group. Those of a single action are the flows that its handler ran, if they were recorded.
	Branches []Branch
	// Decided is the index of the branch that decided the group, or -1.
	Decided int
}

// Branch is a branch of a group.
type Branch struct {
	// Index is the position of the branch in its group.
	Index int
	Steps []Step
	// Err is what the branch ended with; nil if the group did not end, or the branches are flows of a handler.
	Err error
}

// Try is one attempt at an action.
type Try struct {
	// Number counts from 1.
	Number     int
	Start, End time.Duration
	Status     Status
	Err        error
}

// Status says how a step ended.
type Status uint8

const (
	// Unfinished is the step at which the run was abandoned, or that had not ended when the plan was made.
	Unfinished Status = iota
	// Done is a success.
	Done
	// Failed is an error after which the action may have had an effect.
	Failed
	// NotDone is an error that says that there was no effect: the action was denied, or refused (see executor.NotDone).
	NotDone
	// Cancelled is an action that was under way when its context ended.
	Cancelled
)

// String is the status in lower case: "not done".
func (s Status) String() string {
	switch s {
	case Unfinished:
		return "unfinished"
	case Done:
		return "done"
	case Failed:
		return "failed"
	case NotDone:
		return "not done"
	case Cancelled:
		return "cancelled"
	}
	return fmt.Sprintf("Status(%d)", uint8(s))
}

// All ranges over all steps: each before those inside it, branches in order.
func (p *Plan) All() iter.Seq[Step] {
	return func(yield func(Step) bool) { all(p.Steps, yield) }
}

func all(steps []Step, yield func(Step) bool) bool {
	for _, s := range steps {
		if !yield(s) {
			return false
		}
		for _, b := range s.Branches {
			if !all(b.Steps, yield) {
				return false
			}
		}
	}
	return true
}

// Group returns the group that the step is, and false if it is a single action.
func (s Step) Group() (actions.Group, bool) {
	if s.Action == nil && len(s.Branches) > 0 {
		return actions.Group{}, true
	}
	g, ok := s.Action.(actions.Group)
	return g, ok
}

// Took is the time from the step's start to its end.
func (s Step) Took() time.Duration { return s.End - s.Start }

// Attempts counts the attempts at the action. It is 1 where nobody counted.
func (s Step) Attempts() int { return max(1, len(s.Tries)) }

// single tells whether the step is one action that counts as a step.
func (s Step) single() bool {
	_, group := s.Group()
	return !group && !actions.IsAside(s.Action)
}

// named is the name of the plan, which it may lack.
func (p *Plan) named() string {
	if p.Name == "" {
		return "run"
	}
	return p.Name
}
