package executortest_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/executortest"
)

func panicMutants() map[string]mutant {
	return map[string]mutant{
		"swallows panics": {breaks: "a panic becomes an error", do: always(
			func(ctx context.Context, a actions.Action, next executor.Executor, _ halt) (any, error) {
				defer func() { _ = recover() }()
				return next.Execute(ctx, a)
			})},
		"loses the stack of panics": {breaks: "a panic becomes an error", do: always(
			func(ctx context.Context, a actions.Action, next executor.Executor, _ halt) (v any, err error) {
				defer func() {
					if p := recover(); p != nil {
						err = fmt.Errorf("panic: %v", p)
					}
				}()
				return next.Execute(ctx, a)
			})},
		"makes a panic an error of the wrong place": {breaks: "a panic becomes an error", do: always(
			func(ctx context.Context, a actions.Action, next executor.Executor, _ halt) (v any, err error) {
				func() {
					defer func() { v = recover() }()
					v2, err2 := next.Execute(ctx, a)
					defer func() { v = v2 }()
					err = err2
				}()
				if text, ok := v.(string); ok && text == "the roof is on fire" {
					return nil, executor.NewPanicError(text)
				}
				return v, err
			})},
		"loses a permit to every panic": {breaks: "a panic becomes an error", do: permits(func(give, f func()) {
			f()
			give()
		})},
		"loses a permit to every exit": {
			breaks: "a handler that exits its goroutine hangs nobody",
			do: permits(func(give, f func()) {
				defer func() {
					if p := recover(); p != nil {
						give()
						panic(p)
					}
				}()
				f()
				give()
			}),
		},
		"waits for the result of an exit": {breaks: "a handler that exits its goroutine hangs nobody", do: always(
			func(ctx context.Context, a actions.Action, next executor.Executor, stop halt) (any, error) {
				select {
				case result := <-beside(ctx, a, next):
					return result()
				case <-stop:
					return nil, errors.New("the test is over")
				}
			})},
	}
}

// permits is a limit of four, with a way to give permits back.
func permits(hold func(give, f func())) func() execute {
	return func() execute {
		free := make(chan struct{}, 4)
		return func(ctx context.Context, a actions.Action, next executor.Executor, stop halt) (v any, err error) {
			select {
			case free <- struct{}{}:
			case <-stop:
				return nil, errors.New("the test is over")
			}
			hold(func() { <-free }, func() { v, err = next.Execute(ctx, a) })
			return v, err
		}
	}
}

func claimMutants() map[string]mutant {
	system := executortest.Subject{System: true}
	pass := always(func(ctx context.Context, a actions.Action, next executor.Executor, _ halt) (any, error) {
		return next.Execute(ctx, a)
	})
	return map[string]mutant{
		"claims records that it has not": {
			breaks: "a recorded step is answered from its record", claims: executortest.Subject{Records: true}, do: pass,
		},
		"follows no version": {breaks: "asides are carried out", claims: system, do: always(
			func(ctx context.Context, a actions.Action, next executor.Executor, _ halt) (any, error) {
				if _, ok := a.(actions.Version); ok {
					return 0, nil
				}
				return next.Execute(ctx, a)
			})},
		"always makes the same ID": {breaks: "the machine answers", claims: system, do: always(
			func(ctx context.Context, a actions.Action, next executor.Executor, _ halt) (any, error) {
				if _, ok := a.(actions.NewID); ok {
					return "id", nil
				}
				return next.Execute(ctx, a)
			})},
		"sleeps too well": {breaks: "a sleep ends in time, or with its context", claims: system, do: always(
			func(ctx context.Context, a actions.Action, next executor.Executor, stop halt) (any, error) {
				if s, ok := a.(actions.Sleep); ok && s.For > 0 && ctx.Err() == nil {
					<-stop
				}
				return next.Execute(ctx, a)
			})},
		"does not sleep": {breaks: "a sleep ends in time, or with its context", claims: system, do: always(
			func(ctx context.Context, a actions.Action, next executor.Executor, _ halt) (any, error) {
				if _, ok := a.(actions.Sleep); ok {
					return nil, executor.Refuse(ctx)
				}
				return next.Execute(ctx, a)
			})},
		"tells the time to the dead": {
			breaks: "no standard action is begun under a done context", claims: system, do: always(
				func(ctx context.Context, a actions.Action, next executor.Executor, _ halt) (any, error) {
					if _, ok := a.(actions.Now); ok {
						ctx = context.WithoutCancel(ctx)
					}
					return next.Execute(ctx, a)
				}),
		},
	}
}
