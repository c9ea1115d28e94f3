package orchestrate

import "github.com/baton-go/baton/actions"

// Case is a member of [Select]: what to wait for, and what to do then.
type Case struct {
	branch  actions.Branch
	deliver func(outcome actions.Outcome[any]) error
}

// When is the case of one action. If it wins, f is called with its result. A nil f drops the result.
func When[A actions.Of[R], R any](a A, f func(R) error) Case {
	return Case{actions.Branch{Leaf: a}, then(a, f)}
}

// WhenFlow is the case of a flow. If it wins, f is called with its result. A nil f drops the result.
func WhenFlow[T any](flow Orchestration[T], f func(T) error) Case {
	if flow == nil {
		return Case{}
	}
	b := branchOf(flow)
	return Case{b, then(b.Leaf, f)}
}

func then[R any](a actions.Action, f func(R) error) func(actions.Outcome[any]) error {
	return func(o actions.Outcome[any]) error {
		r, err := result[R](a, o.Value, o.Err)
		if err != nil || f == nil {
			return err
		}
		return f(r)
	}
}

// Select races cases of different types, as [Race] does flows of one type: the first to finish wins, and the others are
// cancelled. Once all have ended, the winner's function is called, on the orchestration's own strand, so that it may
// yield; its error, or else the winner's, is the error of Select. Select of nothing is [executor.ErrNoBranches].
//
//	err := orchestrate.Select(y,
//		orchestrate.When(actions.Receive[Approval]{Name: "approval"}, func(a Approval) error { … }),
//		orchestrate.When(actions.Sleep{For: 72 * time.Hour}, func(actions.Void) error { return ErrTooLate }),
//	)
func Select(y actions.Yield, cases ...Case) error {
	g := actions.Group{Mode: actions.Race, Branches: make([]actions.Branch, len(cases))}
	for i, c := range cases {
		if c.deliver == nil {
			return errNilFlow
		}
		g.Branches[i] = c.branch
	}
	r, err := yieldGroup(y, g)
	if err != nil {
		return err
	}
	return cases[r.Decided].deliver(r.Outcomes[r.Decided])
}
