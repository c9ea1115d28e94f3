package plan

import (
	"context"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// Gate decides whether an action may be carried out. Nil approves of it; an error is the reason why not. A gate is safe
// for concurrent use. The step is in the context: see executor.StepFrom.
type Gate func(ctx context.Context, a actions.Action) error

// DeniedError is the error of an action that a [Gate] did not approve of. It is certain that it was not done, and no
// use to try again; to combinators it is a rejection, which trips no breaker.
type DeniedError struct {
	Action actions.Action
	// Reason is the gate's.
	Reason error
}

// Error is "denied: " and the reason.
func (e *DeniedError) Error() string { return "denied: " + e.Reason.Error() }

// Unwrap returns the reason.
func (e *DeniedError) Unwrap() error { return e.Reason }

// NotDone is true.
func (e *DeniedError) NotDone() bool { return true }

// Permanent is true: the gate was asked.
func (e *DeniedError) Permanent() bool { return true }

// Rejected is true.
func (e *DeniedError) Rejected() bool { return true }

// Approved is a combinator that asks the gate about each single action, and passes on only what it approves of. Asides
// it is not asked about; about a group it is asked branch by branch, action by action, also above what carries groups
// out (with executor.RunGroup). Where the inverses of a saga are denied, nothing is undone.
//
// Above a retry the gate is asked once for an action, below it once for each attempt. Approved panics if the gate or
// the executor is nil.
func Approved(gate Gate) func(executor.Executor) executor.Executor {
	if gate == nil {
		panic("plan.Approved: the gate is nil")
	}
	return func(next executor.Executor) executor.Executor {
		if next == nil {
			panic("plan.Approved: the next executor is nil")
		}
		return &approved{gate, next}
	}
}

type approved struct {
	gate Gate
	next executor.Executor
}

func (e *approved) Execute(ctx context.Context, a actions.Action) (any, error) {
	if _, ok := a.(actions.Group); ok {
		return e.next.Execute(executor.WithBranches(ctx, Approved(e.gate)), a)
	}
	if actions.IsAside(a) {
		return e.next.Execute(ctx, a)
	}
	if err := executor.Refuse(ctx); err != nil {
		return nil, err
	}
	if reason := e.gate(ctx, a); reason != nil {
		return nil, &DeniedError{a, reason}
	}
	return e.next.Execute(ctx, a)
}

// Unwrap returns the executor behind the gate.
func (e *approved) Unwrap() executor.Executor { return e.next }

// String names the layer.
func (e *approved) String() string { return "Approved" }
