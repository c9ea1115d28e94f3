package executor_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// where is the action that returns its run and path.
func where() call {
	return do(func(ctx context.Context) (string, error) {
		s := executor.StepFrom(ctx)
		return s.Run() + "@" + s.Path(), nil
	})
}

func TestARunHasTheIDThatItsContextWasGiven(t *testing.T) {
	t.Parallel()
	for want, ctx := range map[string]context.Context{
		"@0":     t.Context(),
		"r@0":    executor.WithRun(t.Context(), "r"),
		"last@0": executor.WithRun(executor.WithRun(t.Context(), "first"), "last"),
		// What was put around it since does not hide it.
		"held@0":    executor.Hold(executor.Hold(executor.WithRun(t.Context(), "held"), 1), 2),
		"value@0":   context.WithValue(executor.WithRun(t.Context(), "value"), valueKey{}, 1),
		"attempt@0": executor.WithAttempt(executor.WithRun(t.Context(), "attempt"), 2),
	} {
		yielding(ctx, stack(), func(y actions.Yield) { require.Equal(t, want, must(t, y, where())) })
	}
}

type valueKey struct{}

func TestAHandlerCanBeginARunOfItsOwn(t *testing.T) {
	t.Parallel()
	yielding(executor.WithRun(t.Context(), "outer"), stack(), func(y actions.Yield) {
		must(t, y, say{})
		v := must(t, y, do(func(ctx context.Context) (v string, err error) {
			own := executor.WithRun(executor.Hold(ctx, "permit"), "own")
			require.True(t, executor.Holds(own, "permit"), "permits are known there too")
			yielding(executor.Hold(own, "more"), stack(), func(y actions.Yield) {
				v = must(t, y, where()).(string)
				must(t, y, see(func(ctx context.Context) {
					require.True(t, executor.Holds(ctx, "permit"))
					require.True(t, executor.Holds(ctx, "more"))
					yielding(ctx, stack(), func(y actions.Yield) { v += " " + must(t, y, where()).(string) })
				}))
			})
			return v, nil
		}))
		require.Equal(t, "own@0 own@1.0.0", v)
		require.Equal(t, "outer@2", must(t, y, where()))
	})
}

func TestAGroupOutsideARunIsStepZeroOfItsOwn(t *testing.T) {
	t.Parallel()
	g := actions.Group{Branches: leaves(where(), where())}
	r, err := stack().Execute(t.Context(), g)
	require.NoError(t, err)
	require.Equal(t, []actions.Outcome[any]{{Value: "@0.0.0"}, {Value: "@0.1.0"}}, r.(actions.GroupResult).Outcomes)
	r, err = stack().Execute(executor.WithRun(t.Context(), "r"), g)
	require.NoError(t, err)
	require.Equal(t, []actions.Outcome[any]{{Value: "r@0.0.0"}, {Value: "r@0.1.0"}}, r.(actions.GroupResult).Outcomes)
}
