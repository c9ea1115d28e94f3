package executor_test

import (
	"context"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

func TestAPermitIsHeldBelowWhereItWasTaken(t *testing.T) {
	t.Parallel()
	type key struct{ n int }
	check := func(ctx context.Context, held ...int) {
		for n := range 4 {
			want := false
			for _, h := range held {
				want = want || h == n
			}
			require.Equal(t, want, executor.Holds(ctx, key{n}), "%d of %v", n, held)
		}
	}
	for name, ctx := range map[string]context.Context{"outside a run": t.Context(), "in a run": nil} {
		t.Run(name, func(t *testing.T) {
			test := func(ctx context.Context) {
				check(ctx)
				one := executor.Hold(ctx, key{1})
				check(one, 1)
				two := executor.Hold(context.WithValue(one, valueKey{}, "v"), key{2})
				check(two, 1, 2)
				check(executor.WithAttempt(two, 5), 1, 2)
				check(executor.Hold(one, key{3}), 1, 3)
				check(one, 1)
				check(ctx)
			}
			if ctx != nil {
				test(ctx)
				return
			}
			yielding(t.Context(), leaf(), func(y actions.Yield) { must(t, y, see(test)) })
		})
	}
}

func TestAPermitIsKnownInNestedFlowsGroupsAndAttempts(t *testing.T) {
	t.Parallel()
	holds := do(func(ctx context.Context) (string, error) { return strconv.FormatBool(executor.Holds(ctx, "s")), nil })
	// The executor takes the permit around the first action of the run only, in a second attempt of it.
	exec := executor.Func(func(ctx context.Context, a actions.Action) (any, error) {
		if executor.StepFrom(ctx).Path() == "0" {
			ctx = executor.Hold(executor.WithAttempt(ctx, 2), "s")
		}
		return stack().Execute(ctx, a)
	})
	yielding(t.Context(), exec, func(y actions.Yield) {
		must(t, y, see(func(ctx context.Context) {
			yielding(ctx, exec, func(y actions.Yield) {
				require.Equal(t, "true", must(t, y, holds))
				r := must(t, y, actions.Group{Branches: []actions.Branch{
					{Leaf: holds},
					flow(func(y actions.Yield) (any, error) {
						inner := must(t, y, actions.Group{Branches: leaves(holds, holds)}).(actions.GroupResult)
						return inner.Outcomes[1].Value, nil
					}),
				}}).(actions.GroupResult)
				require.Equal(t, []actions.Outcome[any]{{Value: "true"}, {Value: "true"}}, r.Outcomes)
				require.Equal(t, "true", must(t, y, actions.Shielded{Action: holds}))
			})
		}))
		require.Equal(t, "false", must(t, y, holds), "the next action does not hold it")
	})
}

func TestAPermitOfOneAttemptIsNotHeldByAnother(t *testing.T) {
	t.Parallel()
	yielding(t.Context(), leaf(), func(y actions.Yield) {
		must(t, y, see(func(ctx context.Context) {
			first, second := executor.WithAttempt(ctx, 1), executor.WithAttempt(ctx, 2)
			require.True(t, executor.Holds(executor.Hold(first, "s"), "s"))
			require.False(t, executor.Holds(second, "s"))
		}))
	})
}

func TestDerivedContextsAreHandedOutOnceEach(t *testing.T) {
	t.Parallel()
	yielding(t.Context(), leaf(), func(y actions.Yield) {
		must(t, y, see(func(ctx context.Context) {
			var all sync.WaitGroup
			for g := range 16 {
				all.Go(func() {
					contexts := make([]context.Context, 300)
					for i := range contexts {
						contexts[i] = executor.Hold(executor.WithAttempt(ctx, g*1000+i), g*1000+i)
					}
					for i, ctx := range contexts {
						n := g*1000 + i
						if executor.StepFrom(ctx).Attempt() != n || !executor.Holds(ctx, n) || executor.Holds(ctx, n+1) {
							t.Errorf("context %d is somebody else's", n)
						}
					}
				})
			}
			all.Wait()
		}))
	})
}

func TestADerivedContextEndsWithTheOneItIsDerivedFrom(t *testing.T) {
	t.Parallel()
	type key struct{}
	ctx, cancel := context.WithCancelCause(context.WithValue(t.Context(), key{}, "v"))
	yielding(ctx, leaf(), func(y actions.Yield) {
		_, err := y(do(func(ctx context.Context) (string, error) {
			below, stop := context.WithCancel(executor.Hold(executor.WithAttempt(ctx, 2), "s"))
			defer stop()
			require.Equal(t, "v", below.Value(key{}))
			require.NoError(t, below.Err())
			cancel(errOuch)
			<-below.Done()
			return "", context.Cause(below)
		}))
		require.ErrorIs(t, err, errOuch)
	})
}
