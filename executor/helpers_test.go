package executor_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// call has a function of the test for its handler.
type call struct {
	actions.Returns[string]
	Name string
	do   func(ctx context.Context) (string, error)
}

// say returns its text.
type say struct {
	actions.Returns[string]
	Text string
}

// other has no handler in the muxes of these tests.
type other struct {
	actions.Returns[int]
	N int
}

var errOuch = errors.New("ouch")

// leaf carries out call and say.
func leaf() *executor.Mux {
	return executor.NewMux(
		executor.On(func(ctx context.Context, a call) (string, error) { return a.do(ctx) }),
		executor.On(func(_ context.Context, a say) (string, error) { return a.Text, nil }),
	)
}

// grouped carries out groups and passes other actions on.
type grouped struct{ next executor.Executor }

func (g grouped) Execute(ctx context.Context, a actions.Action) (any, error) {
	if group, ok := a.(actions.Group); ok {
		return executor.RunGroup(ctx, group, g)
	}
	return g.next.Execute(ctx, a)
}

// stack is the usual stack of these tests.
func stack() executor.Executor { return grouped{executor.System(leaf())} }

// do is the action that calls f.
func do(f func(ctx context.Context) (string, error)) call { return call{do: f} }

// see is the action that calls f and succeeds.
func see(f func(ctx context.Context)) call {
	return do(func(ctx context.Context) (string, error) {
		f(ctx)
		return "", nil
	})
}

// pathOf is the action that returns its own path.
func pathOf() call {
	return do(func(ctx context.Context) (string, error) { return executor.StepFrom(ctx).Path(), nil })
}

// fails is the action that fails with err.
func fails(err error) call {
	return do(func(context.Context) (string, error) { return "", err })
}

// hang waits for its context to end and returns the cause.
func hang() call {
	return do(func(ctx context.Context) (string, error) {
		<-ctx.Done()
		return "", context.Cause(ctx)
	})
}

// leaves is the branches of single actions.
func leaves(as ...actions.Action) []actions.Branch {
	branches := make([]actions.Branch, len(as))
	for i, a := range as {
		branches[i].Leaf = a
	}
	return branches
}

// flow is the branch of a flow.
func flow(f func(y actions.Yield) (any, error)) actions.Branch { return actions.Branch{Flow: f} }

// yielding runs f with a yield of its own.
func yielding(ctx context.Context, exec executor.Executor, f func(y actions.Yield)) {
	y, end := executor.Yield(ctx, exec)
	defer end()
	f(y)
}

// runGroup runs a group and returns its result.
func runGroup(ctx context.Context, g actions.Group) (actions.GroupResult, error) {
	y, end := executor.Yield(ctx, stack())
	defer end()
	r, err := y(g)
	result, _ := r.(actions.GroupResult)
	return result, err
}

// must returns the result of a yield that does not fail.
func must(t *testing.T, y actions.Yield, a actions.Action) any {
	t.Helper()
	v, err := y(a)
	require.NoError(t, err)
	return v
}
