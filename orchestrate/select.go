package orchestrate

import (
	"fmt"

	"github.com/baton-go/baton/actions"
)

// Case is a member of [Select]: what to wait for, and what to do then.
type Case struct {
	branch actions.Branch
	// then does what is to be done with the outcome of the branch, which is that of action a.
	then func(a actions.Action, o actions.Outcome[any]) error
}

// When is the case of one action. If it wins, f is called with its result. A nil f drops the result.
func When[A actions.Of[R], R any](a A, f func(R) error) Case {
	return Case{actions.Branch{Leaf: a}, then(f)}
}

// WhenFlow is the case of a flow. If it wins, f is called with its result. A nil f drops the result.
func WhenFlow[T any](flow Orchestration[T], f func(T) error) Case {
	if flow == nil {
		return Case{}
	}
	return Case{branchOf(flow), then(f)}
}

func then[R any](f func(R) error) func(actions.Action, actions.Outcome[any]) error {
	return func(a actions.Action, o actions.Outcome[any]) error {
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
		if c.then == nil {
			return fmt.Errorf("orchestrate.Select: the flow of case %d is nil", i)
		}
		g.Branches[i] = c.branch
	}
	r, err := yieldGroup(y, g)
	if err == nil {
		err = cases[r.Decided].then(subject(g, r.Decided), r.Outcomes[r.Decided])
	}
	return withUndo(err, unclean(r))
}
