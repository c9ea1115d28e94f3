package executor_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// watch is a layer that notes the paths of what it passes on.
type watch struct {
	name  string
	mu    *sync.Mutex
	paths *[]string
}

func newWatch(name string) *watch { return &watch{name, &sync.Mutex{}, &[]string{}} }

func (w *watch) around(next executor.Executor) executor.Executor {
	return executor.Func(func(ctx context.Context, a actions.Action) (any, error) {
		w.mu.Lock()
		*w.paths = append(*w.paths, w.name+executor.StepFrom(ctx).Path())
		w.mu.Unlock()
		return next.Execute(ctx, a)
	})
}

// above puts a layer around the branches of the group at one path.
func above(path string, next executor.Executor, layers ...*watch) executor.Executor {
	return executor.Func(func(ctx context.Context, a actions.Action) (any, error) {
		if executor.StepFrom(ctx).Path() == path {
			for _, l := range layers {
				ctx = executor.WithBranches(ctx, l.around)
			}
		}
		return next.Execute(ctx, a)
	})
}

func TestALayerForBranchesSeesThoseOfTheGroupAtItsStep(t *testing.T) {
	t.Parallel()
	inner := actions.Group{Branches: leaves(say{}, say{})}
	nesting := see(func(ctx context.Context) {
		yielding(ctx, stack(), func(y actions.Yield) { _, _ = y(inner) })
	})
	w := newWatch("")
	yielding(t.Context(), above("1", stack(), w), func(y actions.Yield) {
		for range 3 { // the one in the middle is the one
			must(t, y, actions.Group{Branches: leaves(say{}, inner, nesting)})
		}
	})
	require.ElementsMatch(t, []string{"1.0.0", "1.1.0", "1.2.0"}, *w.paths,
		"each member once; a nested group as a whole, and no flow of a handler")
}

func TestTheLayerAddedLastIsTheInnermost(t *testing.T) {
	t.Parallel()
	a := newWatch("a ")
	b := &watch{"b ", a.mu, a.paths}
	c := &watch{"c ", a.mu, a.paths}
	yielding(t.Context(), above("0", stack(), a, b, c), func(y actions.Yield) {
		must(t, y, actions.Group{Branches: leaves(say{})})
	})
	require.Equal(t, "a 0.0.0 b 0.0.0 c 0.0.0", strings.Join(*a.paths, " "))
}

func TestALayerForBranchesActsInEveryAttempt(t *testing.T) {
	t.Parallel()
	w := newWatch("")
	again := executor.Func(func(ctx context.Context, a actions.Action) (any, error) {
		_, _ = stack().Execute(executor.WithAttempt(ctx, 1), a)
		return stack().Execute(executor.WithAttempt(ctx, 2), a)
	})
	yielding(t.Context(), above("0", again, w), func(y actions.Yield) {
		must(t, y, shielded(actions.Group{Branches: leaves(say{})}))
	})
	require.Equal(t, []string{"0.0.0", "0.0.0"}, *w.paths)
}

func TestALayerForBranchesWorksOutsideARun(t *testing.T) {
	t.Parallel()
	w := newWatch("")
	ctx := executor.WithBranches(t.Context(), w.around)
	_, err := stack().Execute(ctx, actions.Group{Branches: leaves(say{}, actions.Group{Branches: leaves(say{})})})
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"0.0.0", "0.1.0"}, *w.paths)
}

func TestALayerForBranchesThatReturnsNothingIsNamed(t *testing.T) {
	t.Parallel()
	ctx := executor.WithBranches(t.Context(), func(executor.Executor) executor.Executor { return nil })
	require.PanicsWithValue(t, "executor.RunGroup: the executor is nil", func() {
		_, _ = stack().Execute(ctx, actions.Group{Branches: leaves(say{})})
	})
}
