package orchestrate

import "github.com/baton-go/baton/actions"

// Branch is a member of [Together]: what to do, and where its result goes.
type Branch struct {
	branch  actions.Branch
	deliver func(outcome actions.Outcome[any]) error
}

// Into is the branch that yields one action and puts its result into dst. A nil dst drops the result.
func Into[A actions.Of[R], R any](dst *R, a A) Branch {
	return Branch{actions.Branch{Leaf: a}, into(dst, a)}
}

// IntoFlow is the branch that runs a flow and puts its result into dst. A nil dst drops the result.
func IntoFlow[T any](dst *T, flow Orchestration[T]) Branch {
	if flow == nil {
		return Branch{}
	}
	b := branchOf(flow)
	return Branch{b, into(dst, b.Leaf)}
}

func into[R any](dst *R, a actions.Action) func(actions.Outcome[any]) error {
	return func(o actions.Outcome[any]) error {
		r, err := result[R](a, o.Value, o.Err)
		if err == nil && dst != nil {
			*dst = r
		}
		return err
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
		if b.deliver == nil {
			return errNilFlow
		}
		g.Branches[i] = b.branch
	}
	r, err := yieldGroup(y, g)
	if err != nil {
		return err
	}
	for i, b := range branches {
		if err := b.deliver(r.Outcomes[i]); err != nil {
			return err
		}
	}
	return nil
}
