package executor

import "context"

type branchesKey struct{}

// branchLayer is a layer for the branches of the group at one step, and for no other's.
type branchLayer struct {
	step *step
	wrap func(Executor) Executor
}

// WithBranches puts a layer around the executor of the branches, should the action that ctx was made for turn out to be
// a group: [RunGroup] then carries their actions out with wrap(exec). It is for observers, which from outside the
// executor of groups can so see every single action inside; policies are put where they are meant to act. The layer
// that is added last is the innermost. WithBranches panics if wrap is nil.
func WithBranches(ctx context.Context, wrap func(Executor) Executor) context.Context {
	if wrap == nil {
		panic("executor.WithBranches: the function is nil")
	}
	at := position(ctx).step
	if outer, ok := ctx.Value(branchesKey{}).(*branchLayer); ok && outer.step == at {
		inner := wrap
		wrap = func(e Executor) Executor { return outer.wrap(inner(e)) }
	}
	return context.WithValue(ctx, branchesKey{}, &branchLayer{at, wrap})
}

func branchExecutor(ctx context.Context, exec Executor) Executor {
	if _, ok := ctx.(*step); ok { // to which nobody has added anything
		return exec
	}
	if l, ok := ctx.Value(branchesKey{}).(*branchLayer); ok && l.step == position(ctx).step {
		return l.wrap(exec)
	}
	return exec
}
