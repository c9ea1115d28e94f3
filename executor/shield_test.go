package executor_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// live is the action that tells whether its context is done, and its path.
func live() call {
	return do(func(ctx context.Context) (string, error) {
		if err := ctx.Err(); err != nil {
			return "done", nil
		}
		return "live " + executor.StepFrom(ctx).Path(), nil
	})
}

func shielded(a actions.Action) actions.Action { return actions.Shielded{Action: a} }

func TestAShieldedActionIsCarriedOutAfterCancellation(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(executor.WithRun(context.WithValue(t.Context(), valueKey{}, "v"), "r"))
	cancel()
	yielding(ctx, stack(), func(y actions.Yield) {
		_, err := y(live())
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, "live 1", must(t, y, shielded(live())))
		require.Equal(t, "live 2", must(t, y, shielded(shielded(live()))), "shields nest")
		must(t, y, shielded(see(func(ctx context.Context) {
			require.Equal(t, "v", ctx.Value(valueKey{}))
			require.Equal(t, "r", executor.StepFrom(ctx).Run())
			require.Equal(t, 1, executor.StepFrom(ctx).Attempt())
			require.NoError(t, executor.WithAttempt(ctx, 2).Err())
		})))
		_, err = y(live())
		require.ErrorIs(t, err, context.Canceled, "only the shielded action is")
	})
}

func TestAShieldGoesAroundAGroupOrIntoIt(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	inner := actions.Group{Branches: leaves(live(), live())}
	for name, g := range map[string]actions.Action{
		"around a group":   shielded(actions.Group{Branches: leaves(live(), inner)}),
		"around its parts": actions.Group{Branches: leaves(shielded(live()), shielded(inner))},
	} {
		yielding(ctx, stack(), func(y actions.Yield) {
			r := must(t, y, g).(actions.GroupResult)
			require.Equal(t, "live 0.0.0", r.Outcomes[0].Value, name)
			require.Equal(t, []actions.Outcome[any]{{Value: "live 0.1.0.0.0"}, {Value: "live 0.1.0.1.0"}},
				r.Outcomes[1].Value.(actions.GroupResult).Outcomes, name)
		})
	}
}

func TestAShieldedActionOfALosingBranchIsFinished(t *testing.T) {
	t.Parallel()
	r, err := runGroup(t.Context(), actions.Group{Mode: actions.Race, Branches: []actions.Branch{
		flow(func(y actions.Yield) (any, error) {
			_, err := y(hang()) // until the other branch has won
			require.ErrorIs(t, err, context.Canceled)
			return y(shielded(live()))
		}),
		{Leaf: say{Text: "won"}},
	}})
	require.NoError(t, err)
	require.Equal(t, 1, r.Decided)
	require.Equal(t, "live 0.0.1", r.Outcomes[0].Value)
}

func TestTheOwnerOfARunSaysUnderWhichContextItIsShielded(t *testing.T) {
	t.Parallel()
	stopped, stop := context.WithCancelCause(t.Context())
	ctx := executor.WithShield(t.Context(), func(ctx context.Context) context.Context {
		shield, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
		context.AfterFunc(stopped, func() { cancel(context.Cause(stopped)) })
		return shield
	})
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	yielding(ctx, stack(), func(y actions.Yield) {
		require.Equal(t, "live 0", must(t, y, shielded(live())))
		_, err := y(shielded(do(func(ctx context.Context) (string, error) {
			stop(errOuch)
			<-ctx.Done()
			return "", context.Cause(ctx)
		})))
		require.ErrorIs(t, err, errOuch)
	})
}

func TestThePathOfAnActionDoesNotDependOnItsShield(t *testing.T) {
	t.Parallel()
	yielding(t.Context(), stack(), func(y actions.Yield) {
		require.Equal(t, "0", must(t, y, shielded(pathOf())))
		must(t, y, shielded(actions.Progress{}))
		require.Equal(t, "1", must(t, y, pathOf()))
	})
}
