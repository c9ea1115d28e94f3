package executortest_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/executortest"
	"github.com/baton-go/baton/orchestrate"
)

// work takes a while and returns its name, or fails.
type work struct {
	actions.Returns[string]
	Name  string
	Takes time.Duration
	Fails bool
}

// leave exits the handler's goroutine.
type leave struct{ actions.Returns[actions.Void] }

var errWork = errors.New("the work failed")

func workers() *executor.Mux {
	return executor.NewMux(
		executor.On(func(ctx context.Context, a work) (string, error) {
			if a.Takes > 0 {
				select {
				case <-ctx.Done():
					return "", context.Cause(ctx)
				case <-time.After(a.Takes):
				}
			}
			if a.Fails {
				return "", errWork
			}
			return a.Name, nil
		}),
		executor.OnVoid(func(context.Context, leave) error {
			runtime.Goexit()
			return nil
		}),
	)
}

func inOrder(ctx context.Context, leaf executor.Executor) (context.Context, executor.Executor) {
	return executor.WithStrands(ctx, executortest.InOrder{}), combinators.Parallelize()(leaf)
}

func cooperative(ctx context.Context, leaf executor.Executor) (context.Context, executor.Executor) {
	host := &executortest.Cooperative{}
	return executor.WithStrands(ctx, host), combinators.Parallelize()(host.Around(leaf))
}

// hosts are the ways to host a run.
var hosts = map[string]func(context.Context, executor.Executor) (context.Context, executor.Executor){
	"InOrder":     inOrder,
	"Cooperative": cooperative,
}

// hosted is a test in a bubble with a host.
type hosted struct {
	*testing.T
	ctx  context.Context
	exec executor.Executor
}

// eachHost runs a test for each host.
func eachHost(t *testing.T, f func(t hosted)) {
	t.Helper()
	for name, host := range hosts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, exec := host(t.Context(), executor.System(workers()))
				f(hosted{t, ctx, exec})
			})
		})
	}
}

func TestAHostKeepsTheOrderOfResults(t *testing.T) {
	t.Parallel()
	eachHost(t, func(t hosted) {
		got, err := orchestrate.Run(t.ctx, func(y actions.Yield) ([]string, error) {
			return orchestrate.All(y, orchestrate.Each(
				work{Name: "a", Takes: 3 * time.Second}, work{Name: "b", Takes: 2 * time.Second}, work{Name: "c"})...)
		}, t.exec)
		require.NoError(t, err)
		require.Equal(t, []string{"a", "b", "c"}, got)
	})
}

func TestAHostCancelsTheLosersAndJoinsThem(t *testing.T) {
	t.Parallel()
	eachHost(t, func(t hosted) {
		ended := 0 // by branches: no two at once
		branch := func(a work) orchestrate.Orchestration[string] {
			return func(y actions.Yield) (string, error) {
				defer func() { ended++ }()
				return orchestrate.Do(y, a)
			}
		}
		start := time.Now()
		_, err := orchestrate.Run(t.ctx, func(y actions.Yield) ([]string, error) {
			return orchestrate.All(y, branch(work{Fails: true, Takes: time.Second}), branch(work{Takes: time.Hour}),
				branch(work{Takes: time.Hour}))
		}, t.exec)
		require.ErrorIs(t, err, errWork)
		require.Equal(t, 3, ended)
		require.Equal(t, time.Second, time.Since(start))
	})
}

func TestAHostRunsNestedGroups(t *testing.T) {
	t.Parallel()
	eachHost(t, func(t hosted) {
		var nested func(depth int) orchestrate.Orchestration[int]
		nested = func(depth int) orchestrate.Orchestration[int] {
			return func(y actions.Yield) (int, error) {
				if depth == 0 {
					_, err := orchestrate.Do(y, work{Takes: time.Millisecond})
					return 1, err
				}
				counts, err := orchestrate.All(y, nested(depth-1), nested(depth-1), nested(depth-1))
				if err != nil {
					return 0, err
				}
				return counts[0] + counts[1] + counts[2], nil
			}
		}
		got, err := orchestrate.Run(t.ctx, nested(4), t.exec)
		require.NoError(t, err)
		require.Equal(t, 81, got)
	})
}

func TestAHostEndsTheRunWhenABranchExitsItsGoroutine(t *testing.T) {
	t.Parallel()
	eachHost(t, func(t hosted) {
		for exits := range 3 {
			started, returned := 0, false
			done := make(chan struct{})
			go func() {
				defer close(done)
				_, _ = orchestrate.Run(t.ctx, func(y actions.Yield) ([]actions.Void, error) {
					var flows []orchestrate.Orchestration[actions.Void]
					for i := range 3 {
						flows = append(flows, func(y actions.Yield) (actions.Void, error) {
							started++
							if i == exits {
								return orchestrate.Do(y, leave{})
							}
							_, err := orchestrate.Do(y, work{})
							return actions.Void{}, err
						})
					}
					return orchestrate.All(y, flows...)
				}, t.exec)
				returned = true
			}()
			<-done
			require.False(t, returned, "Run goes on with the exit")
			require.Equal(t, 3, started)
			// The host is as good as before.
			got, err := orchestrate.Run(t.ctx, orchestrate.Lift(work{Name: "next"}), t.exec)
			require.NoError(t, err)
			require.Equal(t, "next", got)
		}
	})
}

func TestAHostTurnsAPanicInABranchIntoAnError(t *testing.T) {
	t.Parallel()
	eachHost(t, func(t hosted) {
		_, err := orchestrate.Run(t.ctx, func(y actions.Yield) ([]string, error) {
			return orchestrate.All(y, orchestrate.Lift(work{}), func(actions.Yield) (string, error) { panic("ouch") })
		}, t.exec)
		var p *executor.PanicError
		require.ErrorAs(t, err, &p)
		require.Equal(t, "ouch", p.Value)
	})
}

func TestAHostLetsHandlersRunFlowsOfTheirOwn(t *testing.T) {
	t.Parallel()
	for name, host := range hosts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				inner := combinators.Parallelize()(workers())
				ctx, exec := host(t.Context(), executor.NewMux(
					executor.On(func(ctx context.Context, a work) (string, error) {
						all, err := orchestrate.Run(ctx, func(y actions.Yield) ([]string, error) {
							return orchestrate.All(y, orchestrate.Each(a, work{Name: "inner", Takes: time.Second})...)
						}, inner)
						return fmt.Sprint(all), err
					})))
				got, err := orchestrate.Run(ctx, func(y actions.Yield) ([]string, error) {
					return orchestrate.All(y, orchestrate.Each(work{Name: "a"}, work{Name: "b"})...)
				}, exec)
				require.NoError(t, err)
				require.Equal(t, []string{"[a inner]", "[b inner]"}, got)
			})
		})
	}
}
