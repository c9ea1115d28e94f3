package combinators_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// slow answers with N after N milliseconds; an odd N is an error.
func slow() executor.Executor {
	return executor.NewMux(executor.On(func(ctx context.Context, a ask) (int, error) {
		select {
		case <-time.After(time.Duration(a.N) * time.Millisecond):
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		}
		if a.N%2 == 1 {
			return 0, errNegative
		}
		return a.N, nil
	}))
}

func flowsOf(ns ...int) []orchestrate.Orchestration[int] {
	flows := make([]orchestrate.Orchestration[int], len(ns))
	for i, n := range ns {
		flows[i] = orchestrate.Lift(ask{N: n})
	}
	return flows
}

func TestBranchesRunSideBySideInEveryMode(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		flow  orchestrate.Orchestration[any]
		want  any
		err   error
		after time.Duration
	}{
		{"all", func(y actions.Yield) (any, error) {
			return orchestrate.All(y, flowsOf(30, 10, 20)...)
		}, []int{30, 10, 20}, nil, 30 * time.Millisecond},
		{"all, until one fails", func(y actions.Yield) (any, error) {
			return orchestrate.All(y, flowsOf(30, 11, 20)...)
		}, []int(nil), errNegative, 11 * time.Millisecond},
		{"any", func(y actions.Yield) (any, error) {
			return orchestrate.Any(y, flowsOf(30, 11, 20)...)
		}, 20, nil, 20 * time.Millisecond},
		{"race", func(y actions.Yield) (any, error) {
			return orchestrate.Race(y, flowsOf(30, 11, 20)...)
		}, 0, errNegative, 11 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				got, err := orchestrate.Run(t.Context(), tt.flow, combinators.Parallelize()(slow()))
				require.ErrorIs(t, err, tt.err)
				require.Equal(t, tt.want, got)
				require.Equal(t, tt.after, time.Since(began))
			})
		})
	}
}

func TestSettleHasEveryOutcome(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		got, err := orchestrate.Run(t.Context(), func(y actions.Yield) ([]actions.Outcome[int], error) {
			return orchestrate.Settle(y, flowsOf(30, 11, 20)...)
		}, combinators.Parallelize()(slow()))
		require.NoError(t, err)
		require.Equal(t, actions.Outcome[int]{Value: 30}, got[0])
		require.ErrorIs(t, got[1].Err, errNegative)
		require.Equal(t, actions.Outcome[int]{Value: 20}, got[2])
	})
}

func TestAPanicInABranchIsItsErrorWithTheStack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		oops := errors.New("oops")
		exec := combinators.Parallelize()(executor.Func(func(_ context.Context, a actions.Action) (any, error) {
			if a == (ask{N: 2}) {
				panicHere(oops)
			}
			return 0, nil
		}))
		_, err := orchestrate.Run(t.Context(), func(y actions.Yield) ([]int, error) {
			return orchestrate.All(y, flowsOf(0, 2, 4)...)
		}, exec)
		require.ErrorIs(t, err, oops)
		var p *executor.PanicError
		require.ErrorAs(t, err, &p)
		require.Contains(t, string(p.Stack), "panicHere")
		var s *executor.StepError
		require.ErrorAs(t, err, &s)
		require.Equal(t, "0.1.0", s.Path)
	})
}

func panicHere(value any) { panic(value) }

func TestGroupsNestedInGroupsAreCarriedOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var nested func(depth int) orchestrate.Orchestration[int]
		nested = func(depth int) orchestrate.Orchestration[int] {
			return func(y actions.Yield) (int, error) {
				if depth == 0 {
					return orchestrate.Do(y, ask{N: 2})
				}
				sums, err := orchestrate.All(y, nested(depth-1), nested(depth-1), nested(depth-1))
				if err != nil {
					return 0, err
				}
				return sums[0] + sums[1] + sums[2], nil
			}
		}
		began := time.Now()
		sum, err := orchestrate.Run(t.Context(), nested(4), combinators.Parallelize()(slow()))
		require.NoError(t, err)
		require.Equal(t, 2*81, sum)
		require.Equal(t, 2*time.Millisecond, time.Since(began), "one after another")
	})
}
