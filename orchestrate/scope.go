package orchestrate

import (
	"errors"

	"github.com/baton-go/baton/actions"
)

// Scope runs a flow as a named part of the orchestration: policies, spans and timelines attach to the name (see
// combinators.Named). To an executor a scope is a group of one branch, so the flow has a yield of its own and its steps
// are numbered under the scope's: putting steps into a scope changes their paths.
func Scope[T any](y actions.Yield, name string, flow Orchestration[T]) (T, error) {
	var zero T
	switch {
	case name == "":
		return zero, errors.New("orchestrate.Scope: the name is empty")
	case flow == nil:
		return zero, nilFlow("Scope")
	}
	g := actions.Group{Scope: name, Branches: []actions.Branch{branchOf(flow)}}
	r, err := yieldGroup(y, g)
	if err != nil {
		return zero, err
	}
	return outcome[T](g, r, 0)
}
