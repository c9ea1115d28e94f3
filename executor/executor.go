package executor

import (
	"context"

	"github.com/baton-go/baton/actions"
)

// Executor carries actions out. Implementations are safe for concurrent use.
//
// An executor owes its callers three things, which package executortest checks: under a context that is done it starts
// nothing and says so (unless it answers from a record); the result it returns without an error is of the action's
// result type, or nil for that type's zero value; and errors that come from below reach the caller whole, so that
// errors.Is and errors.As find them.
type Executor interface {
	Execute(ctx context.Context, a actions.Action) (any, error)
}

// Func is a function that is an executor.
type Func func(ctx context.Context, a actions.Action) (any, error)

// Execute calls f.
func (f Func) Execute(ctx context.Context, a actions.Action) (any, error) { return f(ctx, a) }
