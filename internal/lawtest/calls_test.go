package lawtest_test

import (
	"context"
	"errors"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/lawtest"
)

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
		{
			"lets pass what it says it refuses",
			lawtest.Row{New: stateless(passThrough), Comparable: true},
			"an action that is not comparable is refused by name",
		},
		{"takes away deadlines", policy(
			func(ctx context.Context, a actions.Action, next executor.Executor) (any, error) {
				if _, ok := ctx.Deadline(); ok && ctx.Err() == nil {
					ctx = context.WithoutCancel(ctx)
				}
				return next.Execute(ctx, a)
			}), "a deadline reaches the handler"},
		{"hides cancellation from groups", policy(
			func(ctx context.Context, a actions.Action, next executor.Executor) (any, error) {
				if _, ok := a.(actions.Group); ok {
					ctx = context.WithoutCancel(ctx)
				}
				return next.Execute(ctx, a)
			}), "a group is cancelled on both sides of Parallelize"},
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
