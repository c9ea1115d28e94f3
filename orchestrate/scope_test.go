package orchestrate_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

func scoped[T any](name string, flow orchestrate.Orchestration[T]) orchestrate.Orchestration[T] {
	return func(y actions.Yield) (T, error) { return orchestrate.Scope(y, name, flow) }
}

// stepOf runs a flow and returns the step at which it carries out the action x.
func stepOf(t *testing.T, h host, flow orchestrate.Orchestration[int]) executor.Step {
	t.Helper()
	var step executor.Step
	w := newWorld().on("x", func(ctx context.Context, _ func()) (int, error) {
		step = executor.StepFrom(ctx)
		return 7, nil
	})
	n, err := run(executor.WithRun(t.Context(), "r"), h, w, flow)
	require.NoError(t, err)
	require.Equal(t, 7, n)
	return step
}

func TestScopesNestAndTheStepsInThemKnow(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		flow := scoped("order", func(y actions.Yield) (int, error) {
			if err := orchestrate.Tell(y, Put{Name: "first"}); err != nil {
				return 0, err
			}
			return orchestrate.Scope(y, "payment", func(y actions.Yield) (int, error) {
				results, err := orchestrate.All(y, get("other"), get("x"))
				if err != nil {
					return 0, err
				}
				return results[1], nil
			})
		})
		step := stepOf(t, h, flow)
		require.Equal(t, []string{"order", "payment"}, step.Scopes())
		require.True(t, step.InScope("order"))
		require.True(t, step.InScope("payment"))
		require.False(t, step.InScope("x"))
		// The second action of the order, in its only branch, the first of the payment, the second of the group.
		require.Equal(t, "0.0.1.0.0.1.0", step.Path())
		key, err := step.Key()
		require.NoError(t, err)
		require.Equal(t, "r/0.0.1.0.0.1.0/orchestrate_test.Get", key)
	})
}

func TestAfterAScopeItsNameIsForgotten(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		step := stepOf(t, h, func(y actions.Yield) (int, error) {
			if _, err := orchestrate.Scope(y, "payment", get("other")); err != nil {
				return 0, err
			}
			return orchestrate.Do(y, Get{Name: "x"})
		})
		require.Empty(t, step.Scopes())
		require.Equal(t, "1", step.Path())
	})
}

func TestAScopeOfOneActionKeepsItPlain(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		step := stepOf(t, h, scoped("payment", get("x")))
		require.Equal(t, []string{"payment"}, step.Scopes())
		require.Equal(t, "0.0.0", step.Path())
	})
}

func TestAScopesErrorNamesItUnlessAStepInItIsToBlame(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		own := func(actions.Yield) (int, error) { return 0, errors.New("out of stock") }
		_, err := run(t.Context(), h, newWorld(), scoped("order", own))
		require.EqualError(t, err, "step 0: scope order: out of stock")
		_, err = run(t.Context(), h, newWorld().on("x", fails(errBoom)), scoped("order", get("x")))
		require.EqualError(t, err, "step 0.0.0: orchestrate_test.Get: boom")
	})
}

func TestTwoCallsOfOneActionInDifferentScopesHaveDifferentPolicies(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld().on("x", inTurn(fails(errBoom), fails(errBoom), fails(errBoom), answers(7)))
		policy := combinators.Named("patient", combinators.Retried(combinators.Retry{MaxAttempts: 3}))
		ctx, exec := h.around(t.Context(), policy(executor.System(w.mux())))
		n, err := orchestrate.Run(ctx, func(y actions.Yield) (int, error) {
			if _, err := orchestrate.Scope(y, "hasty", get("x")); !errors.Is(err, errBoom) {
				return 0, errors.New("the hasty scope has a policy")
			}
			return orchestrate.Scope(y, "patient", get("x"))
		}, exec)
		require.NoError(t, err)
		require.Equal(t, 7, n)
	})
}
