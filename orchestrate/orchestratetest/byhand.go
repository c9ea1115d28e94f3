package orchestratetest

import (
	"context"
	"errors"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// ByHand makes a yield of a function that answers single actions, for orchestrations with groups, scopes and shields in
// them: those are carried out, and f sees the actions inside.
//
// The branches of a group run in order, each to its end before the next one begins, so that f is called by one
// goroutine at a time and the test is repeatable. Once a branch has decided the group, the others are refused what they
// yield (see [executor.Refuse]), and f is not called for it; what they shield still is. To let a later branch decide, a
// timeout for instance, f returns [ErrNever] for an action of an earlier one: that branch then waits until it is
// cancelled. Branches learn of each other by results only: one that waits for a channel of another waits for ever.
//
// The yield is as that of a run: errors say at which step they happened, a panic of f is an [executor.PanicError], a
// nil result is a zero value. It is for one call of an orchestration. ByHand panics if f is nil.
func ByHand(f func(a actions.Action) (any, error)) actions.Yield {
	if f == nil {
		panic("orchestratetest.ByHand: the function is nil")
	}
	y, _ := executor.Yield(context.Background(), byHand(f))
	return y
}

type byHand func(a actions.Action) (any, error)

func (f byHand) Execute(ctx context.Context, a actions.Action) (any, error) {
	if g, ok := a.(actions.Group); ok {
		return inOrder(ctx, g, f)
	}
	if err := executor.Refuse(ctx); err != nil {
		return nil, err
	}
	result, err := f(a)
	if errors.Is(err, ErrNever) {
		return nil, never(ctx)
	}
	return result, err
}
