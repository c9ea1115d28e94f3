package plan

import (
	"context"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// Sample is the handler that answers every action of type A with the same result:
//
//	executor.NewMux(
//		plan.Sample[Fetch]([]string{"ann", "bob"}),
//		plan.Sample[Greet](actions.Void{}),
//	).Else(plan.Symbolic())
func Sample[A actions.Of[R], R any](result R) executor.Handler {
	return executor.On(func(context.Context, A) (R, error) { return result, nil })
}

// Zero is the executor that answers every single action with the zero value of its result. Like the other executors of
// this package it carries out no groups.
func Zero() executor.Executor { return executor.Func(zero) }

func zero(ctx context.Context, a actions.Action) (any, error) {
	return pretend(ctx, a, func(any) {})
}

// pretend answers a single action with a value that fill fills, by pointer.
func pretend(ctx context.Context, a actions.Action, fill func(into any)) (any, error) {
	if g, ok := a.(actions.Group); ok {
		return nil, &executor.UnhandledError{Action: g}
	}
	if err := executor.Refuse(ctx); err != nil {
		return nil, err
	}
	return actions.DecodeResult(a, func(into any) error {
		fill(into)
		return nil
	})
}
