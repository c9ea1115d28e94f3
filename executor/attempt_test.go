package executor_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// twice carries every action out twice: a first attempt, and a second.
func twice(next executor.Executor) executor.Executor {
	return executor.Func(func(ctx context.Context, a actions.Action) (any, error) {
		first := executor.StepFrom(ctx).Attempt()
		if result, err := next.Execute(ctx, a); err != nil {
			return result, err
		}
		return next.Execute(executor.WithAttempt(ctx, first+1), a)
	})
}

// groups carries out groups.
func groups(next executor.Executor) executor.Executor {
	var self executor.Func
	self = func(ctx context.Context, a actions.Action) (any, error) {
		if g, ok := a.(actions.Group); ok {
			return executor.RunGroup(ctx, g, self)
		}
		return next.Execute(ctx, a)
	}
	return self
}

type tried struct {
	key     string
	attempt int
}

func TestTheActionsOfAGroupThatIsTriedAgainKeepTheirKeysAndCountTheAttempt(t *testing.T) {
	t.Parallel()
	var seen []tried
	e := twice(groups(executor.NewMux(executor.On(func(ctx context.Context, _ a0) (int, error) {
		seen = append(seen, triedAt(ctx, t))
		return 0, nil
	}))))

	_, err := orchestrate.Run(executor.WithRun(t.Context(), "r"), func(y actions.Yield) (int, error) {
		return orchestrate.Scope(y, "part", func(y actions.Yield) (int, error) { return orchestrate.Do(y, a0{}) })
	}, e)

	require.NoError(t, err)
	require.Equal(t, []tried{{"r/0.0.0/executor_test.a0", 1}, {"r/0.0.0/executor_test.a0", 2}}, seen)
}

func TestTheFlowsOfAHandlerThatIsTriedAgainKeepTheirKeysAndCountTheAttempt(t *testing.T) {
	t.Parallel()
	var seen []tried
	inner := executor.NewMux(executor.On(func(ctx context.Context, _ a1) (int, error) {
		seen = append(seen, triedAt(ctx, t))
		return 0, nil
	}))
	e := twice(executor.NewMux(executor.On(func(ctx context.Context, _ a0) (int, error) {
		permitted := executor.Hold(ctx, "a permit")
		for _, ctx := range []context.Context{ctx, permitted} {
			if _, err := orchestrate.Run(ctx, orchestrate.Lift(a1{}), inner); err != nil {
				return 0, err
			}
		}
		return 0, nil
	})))

	_, err := orchestrate.Run(executor.WithRun(t.Context(), "r"), orchestrate.Lift(a0{}), e)

	require.NoError(t, err)
	require.Equal(t, []tried{
		{"r/0.0.0/executor_test.a1", 1},
		{"r/0.1.0/executor_test.a1", 1},
		{"r/0.0.0/executor_test.a1", 2},
		{"r/0.1.0/executor_test.a1", 2},
	}, seen)
}

func triedAt(ctx context.Context, t *testing.T) tried {
	t.Helper()
	step := executor.StepFrom(ctx)
	key, err := step.Key()
	require.NoError(t, err)
	return tried{key, step.Attempt()}
}
