package lawtest_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/lawtest"
)

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
		{"swallows the errors of groups", policy(
			func(ctx context.Context, a actions.Action, next executor.Executor) (any, error) {
				result, err := next.Execute(ctx, a)
				if g, ok := a.(actions.Group); ok && err != nil {
					return actions.GroupResult{Decided: -1, Outcomes: make([]actions.Outcome[any], len(g.Branches))}, nil
				}
				return result, err
			}), "a group fails on both sides of Parallelize"},
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
