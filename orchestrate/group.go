package orchestrate

import (
	"fmt"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// All runs the flows side by side and returns their results in order. The first failure cancels the others and is the
// error. Every flow has ended when All returns. All of nothing yields nothing.
func All[T any](y actions.Yield, flows ...Orchestration[T]) ([]T, error) {
	if len(flows) == 0 {
		return []T{}, nil
	}
	g, err := groupOf(actions.All, flows)
	if err != nil {
		return nil, err
	}
	r, err := yieldGroup(y, g)
	if err != nil {
		return nil, withUndo(err, unclean(r))
	}
	results := make([]T, len(flows))
	for i := range results {
		if results[i], err = outcome[T](g, r, i); err != nil {
			return nil, err
		}
	}
	return results, nil
}

// Settle runs the flows side by side, cancels none, and returns what came of each, in order. Its error says that the
// group could not be carried out. Settle of nothing yields nothing.
func Settle[T any](y actions.Yield, flows ...Orchestration[T]) ([]actions.Outcome[T], error) {
	if len(flows) == 0 {
		return []actions.Outcome[T]{}, nil
	}
	g, err := groupOf(actions.Settle, flows)
	if err != nil {
		return nil, err
	}
	r, err := yieldGroup(y, g)
	if err != nil {
		return nil, err
	}
	outcomes := make([]actions.Outcome[T], len(flows))
	for i := range outcomes {
		outcomes[i].Value, outcomes[i].Err = outcome[T](g, r, i)
	}
	return outcomes, nil
}

// Any runs the flows side by side and returns the result of the first to succeed, which cancels the others. If none
// does, the error holds the errors of all. Any of nothing is an error, [executor.ErrNoBranches].
func Any[T any](y actions.Yield, flows ...Orchestration[T]) (T, error) {
	return first(y, actions.Any, flows)
}

// Race runs the flows side by side and returns what the first to finish returned, result or error. The others are
// cancelled. Race of nothing is an error, [executor.ErrNoBranches].
func Race[T any](y actions.Yield, flows ...Orchestration[T]) (T, error) {
	return first(y, actions.Race, flows)
}

func first[T any](y actions.Yield, mode actions.Mode, flows []Orchestration[T]) (T, error) {
	var winner T
	g, err := groupOf(mode, flows)
	if err != nil {
		return winner, err
	}
	r, err := yieldGroup(y, g)
	if err == nil {
		winner, err = outcome[T](g, r, r.Decided)
	}
	return winner, withUndo(err, unclean(r))
}

func groupOf[T any](mode actions.Mode, flows []Orchestration[T]) (actions.Group, error) {
	g := actions.Group{Mode: mode, Branches: make([]actions.Branch, len(flows))}
	b := newBrancher[T]()
	for i, flow := range flows {
		if flow == nil {
			return g, fmt.Errorf("orchestrate: flow %d of %q is nil", i, mode)
		}
		g.Branches[i] = b.branch(flow)
	}
	return g, nil
}

// yieldGroup yields the group. The result that it returns without an error has an outcome for each branch, and a branch
// that decided it where the mode requires one.
func yieldGroup(y actions.Yield, g actions.Group) (actions.GroupResult, error) {
	if len(g.Branches) == 0 {
		return actions.GroupResult{}, executor.ErrNoBranches
	}
	r, err := Do(y, g)
	if err != nil {
		return r, err
	}
	if len(r.Outcomes) != len(g.Branches) {
		return r, fmt.Errorf("the executor returned %d outcomes for the group %q of %d branches",
			len(r.Outcomes), actions.Name(g), len(g.Branches))
	}
	if decisive := g.Mode == actions.Any || g.Mode == actions.Race; decisive && uint(r.Decided) >= uint(len(r.Outcomes)) {
		return r, fmt.Errorf("the executor says that branch %d decided the group %q of %d branches",
			r.Decided, actions.Name(g), len(g.Branches))
	}
	return r, nil
}

// outcome is what came of branch i, with its type restored.
func outcome[T any](g actions.Group, r actions.GroupResult, i int) (T, error) {
	return result[T](subject(g, i), r.Outcomes[i].Value, r.Outcomes[i].Err)
}

// subject is the action that an error about branch i is about.
func subject(g actions.Group, i int) actions.Action {
	if leaf := g.Branches[i].Leaf; leaf != nil {
		return leaf
	}
	return g
}
