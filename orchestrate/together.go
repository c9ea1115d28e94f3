package orchestrate

import (
	"fmt"

	"github.com/baton-go/baton/actions"
)

// Branch is a member of [Together]: what to do, and where its result goes.
type Branch struct {
	branch actions.Branch
	// into checks the outcome of the branch, which is that of action a, and returns what delivers it.
	into func(a actions.Action, o actions.Outcome[any]) (deliver func(), err error)
}

// Into is the branch that yields one action and puts its result into dst. A nil dst drops the result.
func Into[A actions.Of[R], R any](dst *R, a A) Branch {
	return Branch{actions.Branch{Leaf: a}, into(dst)}
}

// IntoFlow is the branch that runs a flow and puts its result into dst. A nil dst drops the result.
func IntoFlow[T any](dst *T, flow Orchestration[T]) Branch {
	if flow == nil {
		return Branch{}
	}
	return Branch{branchOf(flow), into(dst)}
}

func into[R any](dst *R) func(actions.Action, actions.Outcome[any]) (func(), error) {
	return func(a actions.Action, o actions.Outcome[any]) (func(), error) {
		r, err := result[R](a, o.Value, o.Err)
		return func() {
			if dst != nil {
				*dst = r
			}
		}, err
	}
}

// Together runs branches of different types side by side, as [All] does flows of one type: the first failure cancels
// the others and is the error. The results are delivered once every branch has succeeded, so that after an error
// nothing is.
//
//	var user User
//	var quotes []Quote
//	err := orchestrate.Together(y,
//		orchestrate.Into(&user, GetUser{ID: id}),
//		orchestrate.IntoFlow(&quotes, orchestrate.Bind(collectQuotes, order)),
//	)
func Together(y actions.Yield, branches ...Branch) error {
	if len(branches) == 0 {
		return nil
	}
	g := actions.Group{Mode: actions.All, Branches: make([]actions.Branch, len(branches))}
	for i, b := range branches {
		if b.into == nil {
			return fmt.Errorf("orchestrate.Together: the flow of branch %d is nil", i)
		}
		g.Branches[i] = b.branch
	}
	r, err := yieldGroup(y, g)
	if err != nil {
		return withUndo(err, unclean(r))
	}
	deliveries := make([]func(), len(branches))
	for i, b := range branches {
		if deliveries[i], err = b.into(subject(g, i), r.Outcomes[i]); err != nil {
			return err
		}
	}
	for _, deliver := range deliveries {
		deliver()
	}
	return nil
}
