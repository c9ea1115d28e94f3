package combinators

import (
	"context"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// Parallelize carries out groups: it runs the branches side by side, each with the executor that it wraps, and has
// joined all of them when it returns (see [executor.RunGroup]). Other actions pass through.
//
// It divides a stack. A combinator above it sees a group as one action, and what is inside not at all; a combinator
// below it sees each single action, and groups not at all. Concurrency is bounded below it, by [Limited], with
// permits for single actions: a permit for a branch would deadlock as soon as groups nest. Wrapped around itself it
// does what it does once. It costs other actions a comparison of types, and no allocation.
func Parallelize() Combinator {
	return func(next executor.Executor) executor.Executor {
		return &parallelized{around("Parallelize", next)}
	}
}

type parallelized struct{ layer }

func (p *parallelized) Execute(ctx context.Context, a actions.Action) (any, error) {
	if _, ok := a.(actions.Group); ok {
		return p.group(ctx, a)
	}
	return p.next.Execute(ctx, a)
}

// group is apart to keep the frame of Execute small: with one more of 200 bytes, the stack of a branch has to grow.
//
//go:noinline
func (p *parallelized) group(ctx context.Context, a actions.Action) (any, error) {
	return executor.RunGroup(ctx, a.(actions.Group), p)
}

// String names the layer.
func (p *parallelized) String() string { return "Parallelize" }
