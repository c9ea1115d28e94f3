package executor_test

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// forms are the forms in which a function can be a branch.
var forms = map[string]func(f func(context.Context) (string, error)) actions.Branch{
	"leaf": func(f func(context.Context) (string, error)) actions.Branch { return actions.Branch{Leaf: do(f)} },
	"action of a flow": func(f func(context.Context) (string, error)) actions.Branch {
		return flow(func(y actions.Yield) (any, error) { return y(do(f)) })
	},
	"flow": func(f func(context.Context) (string, error)) actions.Branch {
		return flow(func(actions.Yield) (any, error) { return f(context.Background()) })
	},
	"nested group": func(f func(context.Context) (string, error)) actions.Branch {
		return actions.Branch{Leaf: actions.Group{Branches: leaves(hang(), do(f))}}
	},
}

// among puts a branch at place i among others that wait for their context to end.
func among(i int, b actions.Branch, running *atomic.Int32) []actions.Branch {
	branches := make([]actions.Branch, 3)
	for j := range branches {
		branches[j].Leaf = do(func(ctx context.Context) (string, error) {
			running.Add(1)
			defer running.Add(-1)
			<-ctx.Done()
			return "", context.Cause(ctx)
		})
	}
	branches[i] = b
	return branches
}

func TestAPanicInABranchIsItsErrorWithItsStack(t *testing.T) {
	t.Parallel()
	for name, form := range forms {
		for i := range 3 { // on the caller's goroutine and on others
			t.Run(fmt.Sprint(name, " ", i), func(t *testing.T) {
				t.Parallel()
				var running atomic.Int32
				r, err := runGroup(t.Context(), actions.Group{Branches: among(i, form(func(context.Context) (string, error) {
					return explode(errOuch)
				}), &running)})
				require.ErrorIs(t, err, errOuch)
				require.Equal(t, i, r.Decided)
				require.Zero(t, running.Load(), "joined")
				var p *executor.PanicError
				require.ErrorAs(t, err, &p)
				require.Contains(t, string(p.Stack), "executor_test.explode(")
				require.ErrorIs(t, r.Outcomes[(i+1)%3].Err, context.Canceled)
			})
		}
	}
}

func TestAPanicLosesAnyAndWinsARace(t *testing.T) {
	t.Parallel()
	bang := flow(func(actions.Yield) (any, error) { return explode("bang") })
	r, err := runGroup(t.Context(), actions.Group{Mode: actions.Any, Branches: []actions.Branch{bang, {Leaf: say{}}}})
	require.NoError(t, err)
	require.Equal(t, 1, r.Decided)
	r, err = runGroup(t.Context(), actions.Group{Mode: actions.Race, Branches: []actions.Branch{bang, {Leaf: hang()}}})
	require.EqualError(t, err, "step 0: race: branch 0: panic: bang")
	require.Equal(t, 0, r.Decided)
	r, err = runGroup(t.Context(), actions.Group{Mode: actions.Settle, Branches: []actions.Branch{bang, bang}})
	require.NoError(t, err)
	require.EqualError(t, r.Outcomes[1].Err, "panic: bang")
}

func TestAnExitInABranchIsRepeatedByTheCallerAfterAllHaveEnded(t *testing.T) {
	t.Parallel()
	for name, form := range forms {
		for _, mode := range modes {
			for i := range 3 {
				t.Run(fmt.Sprint(name, " ", mode, " ", i), func(t *testing.T) {
					t.Parallel()
					exits(t, actions.Group{Mode: mode}, i, form)
				})
			}
		}
	}
}

func exits(t *testing.T, g actions.Group, i int, form func(func(context.Context) (string, error)) actions.Branch) {
	t.Helper()
	var running, deferred atomic.Int32
	g.Branches = among(i, form(func(context.Context) (string, error) {
		runtime.Goexit()
		return "", nil
	}), &running)
	done, returned := make(chan struct{}), false
	go func() {
		defer close(done)
		defer func() { deferred.Store(running.Load() + 1) }()
		_, _ = runGroup(t.Context(), g)
		returned = true
	}()
	<-done
	require.False(t, returned)
	require.EqualValues(t, 1, deferred.Load(), "nothing runs any more when deferred functions do")
}

func TestASingleBranchThatExitsTakesTheCallerAlong(t *testing.T) {
	t.Parallel()
	done, returned := make(chan struct{}), false
	go func() {
		defer close(done)
		_, _ = runGroup(t.Context(), actions.Group{Branches: leaves(see(func(context.Context) { runtime.Goexit() }))})
		returned = true
	}()
	<-done
	require.False(t, returned)
}

func TestAPanicWhileABranchExitsDoesNotHang(t *testing.T) {
	t.Parallel()
	done := make(chan error, 1)
	go func() {
		defer close(done)
		_, err := runGroup(t.Context(), actions.Group{Branches: []actions.Branch{
			flow(func(actions.Yield) (any, error) {
				defer func() { panic("while exiting") }()
				runtime.Goexit()
				return nil, nil
			}),
			{Leaf: hang()},
		}})
		done <- err
	}()
	// A recovered panic does not stop the exit, so there may be no error; what counts is that it ends.
	for err := range done {
		require.ErrorContains(t, err, "while exiting")
	}
}
