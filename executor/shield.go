package executor

import "context"

type shieldKey struct{}

// WithShield sets the context under which the shielded actions of a run are carried out: the result of f, which is
// called with each action's own. The default is context.WithoutCancel. An owner that must itself be able to stop
// shielded work, at the end of a shutdown for instance, supplies another. What f returns must be derived from its
// argument as far as values go. WithShield panics if f is nil.
func WithShield(ctx context.Context, f func(context.Context) context.Context) context.Context {
	if f == nil {
		panic("executor.WithShield: the function is nil")
	}
	return context.WithValue(ctx, shieldKey{}, f)
}

func shield(ctx context.Context) context.Context {
	if f, ok := ctx.Value(shieldKey{}).(func(context.Context) context.Context); ok {
		return f(ctx)
	}
	return context.WithoutCancel(ctx)
}
