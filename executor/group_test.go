package executor_test

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
	"github.com/baton-go/baton/executor"
)

// after is the action that takes a while and then returns v, or err.
func after(d time.Duration, v string, err error) call {
	return do(func(ctx context.Context) (string, error) {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
			return v, err
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
	})
}

var modes = []actions.Mode{actions.All, actions.Settle, actions.Any, actions.Race}

func TestAnEmptyGroup(t *testing.T) {
	t.Parallel()
	done, cancel := context.WithCancel(t.Context())
	cancel()
	for _, ctx := range []context.Context{t.Context(), done} {
		for _, mode := range modes {
			r, err := runGroup(ctx, actions.Group{Mode: mode})
			require.Equal(t, -1, r.Decided)
			require.Empty(t, r.Outcomes)
			if mode == actions.Any || mode == actions.Race {
				require.ErrorIs(t, err, executor.ErrNoBranches)
			} else {
				require.NoError(t, err)
			}
		}
	}
}

func TestABadGroupIsAnError(t *testing.T) {
	t.Parallel()
	noFlow := func(actions.Yield) (any, error) { t.Error("started"); return nil, nil }
	for want, g := range map[string]actions.Group{
		"unknown mode of a group: Mode(9)":             {Mode: 9, Branches: []actions.Branch{flow(noFlow)}},
		"branch 1 of a group needs either a Leaf or a": {Branches: []actions.Branch{flow(noFlow), {}}},
		"branch 0 of a group needs either a Leaf or a": {Branches: []actions.Branch{{Leaf: say{}, Flow: noFlow}}},
	} {
		r, err := runGroup(t.Context(), g)
		require.ErrorContains(t, err, want)
		require.Equal(t, actions.GroupResult{Decided: -1}, r)
	}
}

func TestResultsAreInOrderHoweverLongTheyTake(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const n = 50
		branches := make([]actions.Branch, n)
		for i := range branches {
			a := after(time.Duration(n-i)*time.Second, fmt.Sprint("branch ", i), nil)
			branches[i].Leaf = a
			if i%2 == 1 {
				branches[i] = flow(func(y actions.Yield) (any, error) { return y(a) })
			}
		}
		start := time.Now()
		r, err := runGroup(t.Context(), actions.Group{Branches: branches})
		require.NoError(t, err)
		require.Equal(t, -1, r.Decided)
		for i, o := range r.Outcomes {
			require.Equal(t, actions.Outcome[any]{Value: fmt.Sprint("branch ", i)}, o)
		}
		require.Equal(t, n*time.Second, time.Since(start), "side by side")
	})
}

func TestASingleBranchIsDecidedLikeAnyOther(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		for _, branch := range []func(a actions.Action) actions.Branch{
			func(a actions.Action) actions.Branch { return actions.Branch{Leaf: a} },
			func(a actions.Action) actions.Branch {
				return flow(func(y actions.Yield) (any, error) { return y(a) })
			},
		} {
			r, err := runGroup(t.Context(), actions.Group{Mode: mode, Branches: []actions.Branch{branch(say{Text: "x"})}})
			require.NoError(t, err)
			require.Equal(t, []actions.Outcome[any]{{Value: "x"}}, r.Outcomes)
			require.Equal(t, mode == actions.Any || mode == actions.Race, r.Decided == 0)

			r, err = runGroup(t.Context(), actions.Group{Mode: mode, Branches: []actions.Branch{branch(fails(errOuch))}})
			require.ErrorIs(t, r.Outcomes[0].Err, errOuch)
			require.Equal(t, mode == actions.All || mode == actions.Race, r.Decided == 0)
			if mode == actions.Settle {
				require.NoError(t, err)
			} else {
				require.EqualError(t, err, "step 0.0.0: executor_test.call: ouch")
			}
		}
	}
}

func TestABranchIsCancelledBecauseAnotherDecided(t *testing.T) {
	t.Parallel()
	decisive := map[actions.Mode]actions.Action{
		actions.All: fails(errOuch), actions.Any: say{}, actions.Race: say{},
	}
	for mode, a := range decisive {
		r, err := runGroup(t.Context(), actions.Group{Mode: mode, Branches: []actions.Branch{
			{Leaf: hang()},
			{Leaf: a},
			flow(func(y actions.Yield) (any, error) { return y(hang()) }),
			flow(func(y actions.Yield) (any, error) { // cancelled before its second action
				_, _ = y(hang())
				return y(see(func(context.Context) { t.Error("called") }))
			}),
		}})
		require.Equal(t, mode == actions.All, err != nil)
		require.Equal(t, 1, r.Decided)
		for _, i := range []int{0, 2, 3} {
			var decided *executor.DecidedError
			require.ErrorAs(t, r.Outcomes[i].Err, &decided)
			require.Equal(t, 1, decided.Branch)
			require.ErrorIs(t, r.Outcomes[i].Err, context.Canceled)
		}
		require.ErrorIs(t, r.Outcomes[3].Err, executor.ErrNotDone)
	}
}

func TestSettleCancelsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r, err := runGroup(t.Context(), actions.Group{Mode: actions.Settle, Branches: leaves(
			fails(errOuch), say{Text: "now"}, after(time.Hour, "later", nil))})
		require.NoError(t, err)
		require.ErrorIs(t, r.Outcomes[0].Err, errOuch)
		require.Equal(t, "now", r.Outcomes[1].Value)
		require.Equal(t, actions.Outcome[any]{Value: "later"}, r.Outcomes[2])
	})
}

func TestAnyWithoutASuccessHasAllErrors(t *testing.T) {
	t.Parallel()
	errs := []error{errors.New("a"), errors.New("b"), errors.New("c")}
	r, err := runGroup(t.Context(), actions.Group{Mode: actions.Any, Branches: leaves(
		fails(errs[0]), fails(errs[1]), fails(errs[2]))})
	require.Equal(t, -1, r.Decided)
	require.EqualError(t, err, "none of 3 branches succeeded: step 0.0.0: executor_test.call: a; "+
		"step 0.1.0: executor_test.call: b; step 0.2.0: executor_test.call: c")
	for _, e := range errs {
		require.ErrorIs(t, err, e)
	}
}

func TestGroupsNestWithLeavesAndFlowsAndModes(t *testing.T) {
	t.Parallel()
	var nested func(depth int) actions.Branch
	nested = func(depth int) actions.Branch {
		if depth == 0 {
			return actions.Branch{Leaf: pathOf()}
		}
		return flow(func(y actions.Yield) (any, error) {
			g := actions.Group{Mode: actions.Mode(depth % 2), Branches: []actions.Branch{
				{Leaf: say{}},
				{Leaf: actions.Group{Mode: actions.Any, Branches: leaves(say{})}},
				nested(depth - 1),
			}}
			r, err := y(g)
			if err != nil {
				return nil, err
			}
			return r.(actions.GroupResult).Outcomes[2].Value, nil
		})
	}
	r, err := runGroup(t.Context(), actions.Group{Branches: []actions.Branch{nested(5), nested(5)}})
	require.NoError(t, err)
	require.Equal(t, "0.0.0.2.0.2.0.2.0.2.0.2.0", r.Outcomes[0].Value)
	require.Equal(t, "0.1.0.2.0.2.0.2.0.2.0.2.0", r.Outcomes[1].Value)
}

func TestACancelledRunCancelsEveryBranchAndJoinsThem(t *testing.T) {
	t.Parallel()
	for _, mode := range modes {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(time.Second, func() { cancel(errOuch) })
			slow := do(func(ctx context.Context) (string, error) {
				<-ctx.Done()
				<-time.After(time.Minute) // takes its time to tidy up
				return "", context.Cause(ctx)
			})
			start := time.Now()
			r, err := runGroup(ctx, actions.Group{Mode: mode, Branches: []actions.Branch{
				{Leaf: hang()},
				flow(func(y actions.Yield) (any, error) { return y(slow) }),
				{Leaf: actions.Group{Mode: mode, Branches: leaves(hang(), slow)}},
			}})
			require.Equal(t, mode == actions.Settle, err == nil)
			require.Equal(t, time.Second+time.Minute, time.Since(start), "joined, all of them")
			require.ErrorIs(t, r.Outcomes[0].Err, errOuch)
			require.ErrorIs(t, r.Outcomes[1].Err, errOuch)
		})
	}
}

func TestAGroupUnderADoneContextStartsEveryBranchAndNoAction(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errOuch)
	for _, mode := range modes {
		started := 0
		r, err := runGroup(ctx, actions.Group{Mode: mode, Branches: []actions.Branch{
			{Leaf: see(func(context.Context) { t.Error("called") })},
			flow(func(y actions.Yield) (any, error) {
				started++
				return y(see(func(context.Context) { t.Error("called") }))
			}),
		}})
		require.Equal(t, 1, started)
		require.Equal(t, mode == actions.Settle, err == nil)
		for _, o := range r.Outcomes {
			require.ErrorIs(t, o.Err, errOuch)
			require.True(t, executor.NotDone(o.Err))
		}
		require.False(t, executor.NotDone(err), "a group may have done something before")
	}
}

func TestAGroupRunsOneBranchOnTheCallersGoroutine(t *testing.T) {
	t.Parallel()
	depth := func(context.Context) (string, error) {
		pc := make([]uintptr, 64)
		frames := runtime.CallersFrames(pc[:runtime.Callers(0, pc)])
		for {
			f, more := frames.Next()
			if f.Function == "testing.tRunner" {
				return "caller", nil
			}
			if !more {
				return "other", nil
			}
		}
	}
	r, err := runGroup(t.Context(), actions.Group{Branches: leaves(do(depth), do(depth), do(depth))})
	require.NoError(t, err)
	require.Equal(t, []actions.Outcome[any]{{Value: "caller"}, {Value: "other"}, {Value: "other"}}, r.Outcomes)
}
