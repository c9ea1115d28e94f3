package lawtest_test

import (
	"context"
	"errors"
	"fmt"
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
	return append(defectsOfOutcomes(), defectsOfCalls()...)
}

func defectsOfOutcomes() []defect {
	return []defect{
		{"swallows errors", policy(func(ctx context.Context, a actions.Action, next executor.Executor) (any, error) {
			result, _ := next.Execute(ctx, a)
			return result, nil
		}), "errors can be found by Is and As"},
		{"rewrites errors", policy(func(ctx context.Context, a actions.Action, next executor.Executor) (any, error) {
			result, err := next.Execute(ctx, a)
			if err != nil {
				err = errors.New(err.Error())
			}
			return result, err
		}), "errors can be found by Is and As"},
		{"wraps for position", policy(func(ctx context.Context, a actions.Action, next executor.Executor) (any, error) {
			result, err := next.Execute(ctx, a)
			if err != nil {
				err = &executor.StepError{Path: "0", Action: a, Err: fmt.Errorf("again: %w", &executor.StepError{Err: err})}
			}
			return result, err
		}), "Run wraps an error in one StepError"},
		{"takes nil for a failure", policy(
			func(ctx context.Context, a actions.Action, next executor.Executor) (any, error) {
				result, err := next.Execute(ctx, a)
				if result == nil && err == nil {
					err = errors.New("no result")
				}
				return result, err
			}), "a result passes untouched"},
		{"copies slices", policy(func(ctx context.Context, a actions.Action, next executor.Executor) (any, error) {
			result, err := next.Execute(ctx, a)
			if s, ok := result.([]string); ok {
				result = append([]string(nil), s...)
			}
			return result, err
		}), "a result passes untouched"},
		{"drops the result of an error", observer(
			func(ctx context.Context, a actions.Action, next executor.Executor) (any, error) {
				result, err := next.Execute(ctx, a)
				if err != nil {
					return nil, err
				}
				return result, nil
			}), "result and error pass as they are"},
		{"loses panics", policy(
			func(ctx context.Context, a actions.Action, next executor.Executor) (result any, err error) {
				defer func() { _ = recover() }()
				return next.Execute(ctx, a)
			}), "a panic passes"},
		{"panics with a text", policy(
			func(ctx context.Context, a actions.Action, next executor.Executor) (result any, err error) {
				defer func() {
					if p := recover(); p != nil {
						panic(fmt.Sprint("handler: ", p))
					}
				}()
				return next.Execute(ctx, a)
			}), "a panic passes"},
		{"survives a Goexit", policy(func(ctx context.Context, a actions.Action, next executor.Executor) (any, error) {
			o := <-apart(ctx, a, next)
			return o.Value, o.Err
		}), "a Goexit passes"},
		{"waits for an answer that never comes", policy(
			func(ctx context.Context, a actions.Action, next executor.Executor) (any, error) {
				if o, ok := <-apart(ctx, a, next); ok {
					return o.Value, o.Err
				}
				<-ctx.Done()
				return nil, context.Cause(ctx)
			}), "a Goexit passes"},
		{"mixes answers up", lawtest.Row{New: combinator(func() execute {
			var last atomic.Value
			return func(ctx context.Context, a actions.Action, next executor.Executor) (any, error) {
				result, err := next.Execute(ctx, a)
				if n, ok := result.(int); ok && err == nil {
					if old, ok := last.Swap(n).(int); ok && old != n && n < 200 {
						return old, nil
					}
				}
				return result, err
			}
		})}, "two hundred goroutines"},
	}
}

func defectsOfCalls() []defect {
	whileFree := func(ctx context.Context, n int) (context.Context, bool) {
		return executor.WithAttempt(ctx, n), n <= 3
	}
	return []defect{
		{"calls twice", observer(func(ctx context.Context, a actions.Action, next executor.Executor) (any, error) {
			_, _ = next.Execute(ctx, a)
			return next.Execute(executor.WithAttempt(ctx, 2), a)
		}), "it calls exactly once"},
		{"does not number its calls", policy(retry(
			func(ctx context.Context, n int) (context.Context, bool) { return ctx, n <= 3 },
		)), "every call has an attempt of its own"},
		{"retries what was cancelled", policy(retry(whileFree)), "a cancelled action does not count as a failure"},
		{"changes the action", policy(func(ctx context.Context, a actions.Action, next executor.Executor) (any, error) {
			if ask, ok := a.(lawtest.Ask); ok {
				a = lawtest.Ask{N: ask.N + 1}
			}
			return next.Execute(ctx, a)
		}), "an action passes untouched"},
		{"changes what the action refers to", policy(
			func(ctx context.Context, a actions.Action, next executor.Executor) (any, error) {
				if l, ok := a.(lawtest.List); ok {
					l.Items[0] = "changed"
				}
				return next.Execute(ctx, a)
			}), "an action that is not comparable passes"},
		{"panics for what is not comparable", policy(
			func(ctx context.Context, a actions.Action, next executor.Executor) (any, error) {
				_ = map[actions.Action]bool{a: true}
				return next.Execute(ctx, a)
			}), "an action that is not comparable passes"},
		{"ignores cancellation", policy(func(ctx context.Context, a actions.Action, next executor.Executor) (any, error) {
			return next.Execute(context.WithoutCancel(ctx), a)
		}), "a done context starts nothing"},
		{"hides cancellation from the handler", policy(
			func(ctx context.Context, a actions.Action, next executor.Executor) (any, error) {
				if err := executor.Refuse(ctx); err != nil {
					return nil, err
				}
				return next.Execute(context.WithoutCancel(ctx), a)
			}), "a cancellation reaches the handler at once"},
		{"leaves the handler behind", policy(
			func(ctx context.Context, a actions.Action, next executor.Executor) (any, error) {
				if err := executor.Refuse(ctx); err != nil {
					return nil, err
				}
				select {
				case o := <-apart(ctx, a, next):
					return o.Value, o.Err
				case <-ctx.Done():
					return nil, context.Cause(ctx)
				}
			}), "a cancellation reaches the handler at once"},
		{"drops the context", policy(func(ctx context.Context, a actions.Action, next executor.Executor) (any, error) {
			fresh, cancel := context.WithCancelCause(context.Background())
			defer context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })()
			defer cancel(nil)
			return next.Execute(fresh, a)
		}), "context and step reach the handler"},
		{"refuses groups", policy(func(ctx context.Context, a actions.Action, next executor.Executor) (any, error) {
			if _, ok := a.(actions.Group); ok {
				return nil, errors.New("a group")
			}
			return next.Execute(ctx, a)
		}), "a group succeeds on both sides of Parallelize"},
		{
			"opens when it is cancelled", limited(breaker(func(_ context.Context, err error) bool { return err != nil })),
			"a cancelled action does not count as a failure",
		},
		{"never closes again", limited(breaker(func(ctx context.Context, err error) bool {
			return err != nil && ctx.Err() == nil
		})), "what was taken is given back, one by one"},
		{"leaks a permit on a panic", limited(permits(func(call func() (any, error), giveBack func()) (any, error) {
			result, err := call()
			giveBack()
			return result, err
		})), "what was taken is given back, one by one"},
		{"leaks a permit on an error", limited(permits(func(call func() (any, error), giveBack func()) (any, error) {
			failed := false
			defer func() {
				if !failed {
					giveBack()
				}
			}()
			result, err := call()
			failed = err != nil
			return result, err
		})), "what was taken is given back, all at once"},
		{"leaks a permit on a Goexit", limited(permits(func(call func() (any, error), giveBack func()) (any, error) {
			defer func() {
				if p := recover(); p != nil {
					giveBack()
					panic(p)
				}
			}()
			result, err := call()
			giveBack()
			return result, err
		})), "what was taken is given back, one by one"},
		{"is not re-entrant", limited(func() execute {
			free := make(chan struct{}, 1)
			return func(ctx context.Context, a actions.Action, next executor.Executor) (any, error) {
				select {
				case free <- struct{}{}:
					defer func() { <-free }()
					return next.Execute(ctx, a)
				case <-ctx.Done():
					return nil, executor.Refuse(ctx)
				}
			}
		}), "a handler may run a flow of its own"},
		{"holds a lock while it calls", lawtest.Row{New: combinator(permits(whole))}, "actions run side by side"},
	}
}
