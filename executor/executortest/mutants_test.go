package executortest_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/executortest"
)

// halt is closed at the end, for what would block for ever.
type halt = <-chan struct{}

// execute is what a broken executor does.
type execute func(ctx context.Context, a actions.Action, next executor.Executor, stop halt) (any, error)

// mutant is a broken executor, and a law that it breaks.
type mutant struct {
	breaks string
	claims executortest.Subject
	do     func() execute
}

// always is a mutant without a state.
func always(do execute) func() execute { return func() execute { return do } }

func (m mutant) violations(stop halt) []executortest.Violation {
	s := m.claims
	s.New = func(leaf *executor.Mux) executor.Executor {
		do := m.do()
		var next executor.Executor = leaf
		if s.System {
			next = executor.System(leaf)
		}
		return executor.Func(func(ctx context.Context, a actions.Action) (any, error) { return do(ctx, a, next, stop) })
	}
	return executortest.Check(s)
}

// mutants are broken in one way each.
func mutants() map[string]mutant {
	all := map[string]mutant{}
	for _, some := range []map[string]mutant{
		resultMutants(), contextMutants(), panicMutants(), groupMutants(), claimMutants(),
	} {
		for name, m := range some {
			all[name] = m
		}
	}
	return all
}

func TestBrokenExecutorsFail(t *testing.T) {
	t.Parallel()
	for name, m := range mutants() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				stop := make(chan struct{})
				defer close(stop)
				var broken []string
				for _, v := range m.violations(stop) {
					broken = append(broken, v.Law)
					require.NotEmpty(t, v.Detail)
					require.NotEmpty(t, v.Remedy)
				}
				require.Contains(t, broken, m.breaks)
			})
		})
	}
}

func TestEveryLawIsBrokenBySomeMutant(t *testing.T) {
	t.Parallel()
	broken := map[string]bool{}
	for _, m := range mutants() {
		broken[m.breaks] = true
	}
	mux := func(leaf *executor.Mux) executor.Executor { return leaf }
	for _, s := range []executortest.Subject{
		{New: mux}, {New: mux, Groups: true, System: true, Records: true, Repeats: true}, {New: mux, Remote: true},
	} {
		for _, law := range executortest.Laws(s) {
			require.True(t, broken[law], law)
		}
	}
}

func resultMutants() map[string]mutant {
	return map[string]mutant{
		"swallows errors": {breaks: "errors arrive whole", do: always(
			func(ctx context.Context, a actions.Action, next executor.Executor, _ halt) (any, error) {
				v, _ := next.Execute(ctx, a)
				return v, nil
			})},
		"hides what it wraps": {breaks: "errors arrive whole", do: always(
			func(ctx context.Context, a actions.Action, next executor.Executor, _ halt) (any, error) {
				v, err := next.Execute(ctx, a)
				if err != nil {
					err = fmt.Errorf("mutant: %v", err) //nolint:errorlint // the mutation
				}
				return v, err
			})},
		"drops results": {breaks: "results arrive as their type", do: always(
			func(ctx context.Context, a actions.Action, next executor.Executor, _ halt) (any, error) {
				_, err := next.Execute(ctx, a)
				return nil, err
			})},
		"answers with pointers": {breaks: "no result is the zero value", do: always(
			func(ctx context.Context, a actions.Action, next executor.Executor, _ halt) (any, error) {
				v, err := next.Execute(ctx, a)
				return &v, err
			})},
		"retries silently": {breaks: "an action is carried out once", do: always(
			func(ctx context.Context, a actions.Action, next executor.Executor, _ halt) (any, error) {
				if v, err := next.Execute(ctx, a); err == nil {
					return v, nil
				}
				return next.Execute(ctx, a)
			})},
		"changes actions": {breaks: "actions are not changed", do: always(
			func(ctx context.Context, a actions.Action, next executor.Executor, _ halt) (any, error) {
				v := reflect.ValueOf(a)
				if v.IsValid() && v.Kind() == reflect.Struct {
					if tags := v.FieldByName("Tags"); tags.IsValid() && tags.Len() > 0 {
						tags.Index(0).SetString("changed")
					}
				}
				return next.Execute(ctx, a)
			})},
		"does nothing for what it does not know": {breaks: "an unknown action is named", do: always(
			func(ctx context.Context, a actions.Action, next executor.Executor, _ halt) (any, error) {
				v, err := next.Execute(ctx, a)
				if unhandled, ok := errors.AsType[*executor.UnhandledError](err); ok && unhandled != nil {
					return nil, nil
				}
				return v, err
			})},
		"does not say what it does not know": {breaks: "an unknown action is named", do: always(
			func(ctx context.Context, a actions.Action, next executor.Executor, _ halt) (any, error) {
				v, err := next.Execute(ctx, a)
				if unhandled, ok := errors.AsType[*executor.UnhandledError](err); ok && unhandled != nil {
					return nil, errors.New("not supported")
				}
				return v, err
			})},
		"keeps results of calls in one place": {breaks: "concurrent calls do not mix", do: func() execute {
			var mu sync.Mutex
			var last any
			return func(ctx context.Context, a actions.Action, next executor.Executor, _ halt) (any, error) {
				v, err := next.Execute(ctx, a)
				mu.Lock()
				last = v
				mu.Unlock()
				<-time.After(time.Nanosecond)
				mu.Lock()
				defer mu.Unlock()
				return last, err
			}
		}},
		"leaves a goroutine behind": {breaks: "no goroutine is left behind", do: always(
			func(ctx context.Context, a actions.Action, next executor.Executor, stop halt) (any, error) {
				go func() { <-stop }()
				return next.Execute(ctx, a)
			})},
	}
}

func contextMutants() map[string]mutant {
	return map[string]mutant{
		"ignores done contexts": {breaks: "a done context is refused", do: always(
			func(ctx context.Context, a actions.Action, next executor.Executor, _ halt) (any, error) {
				return next.Execute(context.WithoutCancel(ctx), a)
			})},
		"refuses without saying so": {breaks: "a done context is refused", do: always(
			func(ctx context.Context, a actions.Action, next executor.Executor, _ halt) (any, error) {
				if err := ctx.Err(); err != nil {
					return nil, err
				}
				return next.Execute(ctx, a)
			})},
		"refuses for a reason of its own": {breaks: "a done context is refused", do: always(
			func(ctx context.Context, a actions.Action, next executor.Executor, _ halt) (any, error) {
				if ctx.Err() != nil {
					return nil, executor.ErrNotDone
				}
				return next.Execute(ctx, a)
			})},
		"does not cancel handlers": {breaks: "a handler is cancelled when the context ends", do: always(
			func(ctx context.Context, a actions.Action, next executor.Executor, _ halt) (any, error) {
				if err := executor.Refuse(ctx); err != nil {
					return nil, err
				}
				return next.Execute(context.WithoutCancel(ctx), a)
			})},
		"leaves handlers behind": {breaks: "a cancelled call waits for its handler", do: always(
			func(ctx context.Context, a actions.Action, next executor.Executor, stop halt) (any, error) {
				select {
				case result := <-beside(ctx, a, next):
					return result()
				case <-ctx.Done():
					return nil, executor.Refuse(ctx)
				case <-stop:
					return nil, errors.New("the test is over")
				}
			})},
		"hides the values of contexts": {breaks: "the values of the context reach the handler", do: always(
			func(ctx context.Context, a actions.Action, next executor.Executor, _ halt) (any, error) {
				return next.Execute(onlyTheEnd{ctx}, a)
			})},
		"hides the step": {breaks: "the step is visible to the handler", do: always(
			func(ctx context.Context, a actions.Action, next executor.Executor, _ halt) (any, error) {
				return next.Execute(executor.WithRun(ctx, "another"), a)
			})},
		"does not count attempts": {
			breaks: "attempts are counted", claims: executortest.Subject{Repeats: true}, do: always(
				func(ctx context.Context, a actions.Action, next executor.Executor, _ halt) (any, error) {
					if v, err := next.Execute(ctx, a); err == nil {
						return v, nil
					}
					return next.Execute(ctx, a)
				}),
		},
	}
}

// beside carries out an action on a goroutine of its own. If that exits, there is no result.
func beside(ctx context.Context, a actions.Action, next executor.Executor) <-chan func() (any, error) {
	done := make(chan func() (any, error), 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				failure := executor.NewPanicError(p)
				done <- func() (any, error) { return nil, failure }
			}
		}()
		v, err := next.Execute(ctx, a)
		done <- func() (any, error) { return v, err }
	}()
	return done
}

// onlyTheEnd is a context without the values of another.
type onlyTheEnd struct{ context.Context }

func (onlyTheEnd) Value(any) any { return nil }
