package executor

import (
	"context"
	"sync"
	"sync/atomic"
)

// Strands is where [RunGroup] takes concurrency from. By default strands are goroutines; a host with a scheduler of its
// own, such as a Temporal workflow or a test that runs branches in order, supplies others with [WithStrands].
//
// Strands may also have a say in which branch decides a group of several, because a journal knows which did, or has to
// write it down first. They then have a method
//
//	Decide(ctx context.Context, branch int) bool
//
// which RunGroup calls with the group's context, that of WithCancel, when a branch ends in a way that would decide the
// group; calls for different branches may be concurrent. Only if it returns true does the branch decide the group, and
// the others are cancelled.
type Strands interface {
	// ForkJoin calls branch once for every index from 0 to n-1, each on a strand of its own, with a context derived from
	// ctx, and returns when all calls have ended: by returning, or by runtime.Goexit. They do not panic. One of the
	// calls may be made on the caller's own strand.
	ForkJoin(ctx context.Context, n int, branch func(ctx context.Context, i int))
	// WithCancel is context.WithCancelCause in the host's terms. RunGroup calls the function in every case.
	WithCancel(ctx context.Context) (context.Context, context.CancelCauseFunc)
}

type arbiter interface {
	Decide(ctx context.Context, branch int) bool
}

type strandsKey struct{}

// WithStrands makes RunGroup take concurrency from s.
func WithStrands(ctx context.Context, s Strands) context.Context {
	if isNil(s) {
		panic("executor.WithStrands: the strands are nil")
	}
	return context.WithValue(ctx, strandsKey{}, s)
}

func strandsFrom(ctx context.Context) Strands {
	if s, ok := ctx.Value(strandsKey{}).(Strands); ok {
		return s
	}
	return goroutines{}
}

// goroutines runs every branch on a goroutine of its own, but for the first, which the caller runs.
type goroutines struct{}

func (goroutines) ForkJoin(ctx context.Context, n int, branch func(context.Context, int)) {
	f := &fork{ctx: ctx, branch: branch}
	defer f.others.Wait() // also if branch 0 exits the goroutine
	f.others.Add(n - 1)
	run := func() { // once for all goroutines
		defer f.others.Done()
		f.branch(f.ctx, int(f.last.Add(1)))
	}
	for range n - 1 {
		go run()
	}
	branch(ctx, 0)
}

// fork is what the goroutines of one group share.
type fork struct {
	ctx    context.Context
	branch func(context.Context, int)
	last   atomic.Int32 // the branch that was taken last
	others sync.WaitGroup
}

func (goroutines) WithCancel(ctx context.Context) (context.Context, context.CancelCauseFunc) {
	return context.WithCancelCause(ctx)
}
