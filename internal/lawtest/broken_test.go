package lawtest_test

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/lawtest"
)

// execute is what a combinator does.
type execute func(ctx context.Context, a actions.Action, next executor.Executor) (any, error)

// combinator makes one, anew each time, of what it does, with everything else as it should be.
func combinator(build func() execute) func() combinators.Combinator {
	return func() combinators.Combinator {
		do := build()
		return func(next executor.Executor) executor.Executor {
			if next == nil {
				panic("Mended: the executor is nil")
			}
			return &wrapped{next, do}
		}
	}
}

// stateless is combinator for what keeps nothing.
func stateless(do execute) func() combinators.Combinator {
	return combinator(func() execute { return do })
}

type wrapped struct {
	next executor.Executor
	do   execute
}

func (w *wrapped) Execute(ctx context.Context, a actions.Action) (any, error) {
	return w.do(ctx, a, w.next)
}

func (w *wrapped) Unwrap() executor.Executor { return w.next }

func (w *wrapped) String() string { return "Mended" }

func passThrough(ctx context.Context, a actions.Action, next executor.Executor) (any, error) {
	return next.Execute(ctx, a)
}

// permits is a semaphore whose permits are given back by what release makes of the call.
func permits(release func(call func() (any, error), giveBack func()) (any, error)) func() execute {
	return func() execute {
		free := make(chan struct{}, 1)
		return func(ctx context.Context, a actions.Action, next executor.Executor) (any, error) {
			if executor.Holds(ctx, free) {
				return next.Execute(ctx, a)
			}
			select {
			case free <- struct{}{}:
			case <-ctx.Done():
				return nil, executor.Refuse(ctx)
			}
			return release(
				func() (any, error) { return next.Execute(executor.Hold(ctx, free), a) },
				func() { <-free },
			)
		}
	}
}

// breaker opens for ever, by a failure in the eyes of counts.
func breaker(counts func(ctx context.Context, err error) bool) func() execute {
	return func() execute {
		var open atomic.Bool
		return func(ctx context.Context, a actions.Action, next executor.Executor) (any, error) {
			if open.Load() {
				return nil, errors.New("open")
			}
			result, err := next.Execute(ctx, a)
			if counts(ctx, err) {
				open.Store(true)
			}
			return result, err
		}
	}
}

func whole(call func() (any, error), giveBack func()) (any, error) {
	defer giveBack()
	return call()
}

// apart calls next on a goroutine of its own, which answers unless it panics or exits.
func apart(ctx context.Context, a actions.Action, next executor.Executor) <-chan actions.Outcome[any] {
	answer := make(chan actions.Outcome[any], 1)
	go func() {
		defer close(answer)
		defer func() { _ = recover() }()
		result, err := next.Execute(ctx, a)
		answer <- actions.Outcome[any]{Value: result, Err: err}
	}()
	return answer
}

func retry(again func(ctx context.Context, n int) (context.Context, bool)) execute {
	return func(ctx context.Context, a actions.Action, next executor.Executor) (result any, err error) {
		attempt := ctx
		for n := 1; ; n++ {
			if result, err = next.Execute(attempt, a); err == nil {
				return result, nil
			}
			c, ok := again(ctx, n+1)
			if !ok {
				return result, err
			}
			attempt = c
		}
	}
}

// defect is a combinator with a fault, and the law that finds it.
type defect struct {
	name string
	row  lawtest.Row
	law  string
}

func limited(build func() execute) lawtest.Row {
	return lawtest.Row{
		New:      func() combinators.Combinator { return stateless(passThrough)() },
		Tight:    combinator(build),
		Capacity: 1,
	}
}

func policy(do execute) lawtest.Row { return lawtest.Row{New: stateless(do)} }

func observer(do execute) lawtest.Row { return lawtest.Row{New: stateless(do), Kind: lawtest.Observer} }

func defects() []defect {
	all := defectsOfShape()
	all = append(all, defectsOfOutcomes()...)
	return append(all, defectsOfCalls()...)
}

// defectsOfShape are of what a combinator is, before it carries anything out.
func defectsOfShape() []defect {
	anonymous := lawtest.Row{Func: "Anonymous", New: func() combinators.Combinator {
		return func(next executor.Executor) executor.Executor { return executor.Func(next.Execute) }
	}}
	return []defect{
		{"makes two executors of one", anonymous, "Chain of nothing is the identity"},
		{"does not look at what it wraps", anonymous, "it refuses a nil executor by name"},
		{"does not introduce itself", anonymous, "Layers names it and finds what it wraps"},
		{"knows how often it is applied", lawtest.Row{New: func() func() combinators.Combinator {
			applied := 0
			return func() combinators.Combinator {
				applied++
				if applied%2 == 0 {
					return combinators.Chain(stateless(passThrough)(), stateless(passThrough)())
				}
				return stateless(passThrough)()
			}
		}()}, "Chain is associative"},
	}
}
