package executor_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// planned is a branch that ends at a time of its own, well or badly.
type planned struct {
	end  time.Duration
	how  string // "success", "failure" or "panic"
	flow bool
}

func (p planned) branch(running *atomic.Int32) actions.Branch {
	a := do(func(ctx context.Context) (string, error) {
		running.Add(1)
		defer running.Add(-1)
		v, err := after(p.end, "done", nil).do(ctx)
		switch {
		case err != nil || p.how == "success":
			return v, err
		case p.how == "failure":
			return "", errOuch
		}
		return explode(errOuch)
	})
	if p.flow {
		return flow(func(y actions.Yield) (any, error) { return y(a) })
	}
	return actions.Branch{Leaf: a}
}

var errStop = fmt.Errorf("stop: %w", context.Canceled)

// expected is what a group must come to.
type expected struct {
	decided   int // -2: some branch that was cancelled from outside
	cancelled []bool
	took      time.Duration
}

// expect is the meaning of the modes, written down a second time: branches end in the order of their times, until one
// decides the group or it is stopped from outside.
func expect(mode actions.Mode, plan []planned, stop time.Duration) expected {
	e := expected{decided: -1, cancelled: make([]bool, len(plan))}
	order := make([]int, len(plan))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return int(plan[i].end - plan[j].end) })
	over := false
	for _, i := range order {
		p := plan[i]
		switch {
		case over:
			e.cancelled[i] = true
		case p.end > stop:
			e.cancelled[i], e.took = true, stop
			if e.decided == -1 && (mode == actions.All || mode == actions.Race) {
				e.decided = -2
			}
		default:
			e.took = p.end
			good := p.how == "success"
			if mode == actions.Race || mode == actions.All && !good || mode == actions.Any && good {
				e.decided, over = i, true
			}
		}
	}
	return e
}

// bubbled hides Deadline, which must not be asked for in a bubble.
type bubbled struct{ rapid.TB }

func TestGroupsDoWhatTheirModesSay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rapid.Check(bubbled{t}, func(t *rapid.T) {
			mode := rapid.SampledFrom(modes).Draw(t, "mode")
			n := rapid.IntRange(1, 6).Draw(t, "branches")
			ends := rapid.Permutation([]int{1, 2, 3, 4, 5, 6}).Draw(t, "ends")
			plan := make([]planned, n)
			for i := range plan {
				plan[i] = planned{
					end:  time.Duration(ends[i]) * time.Second,
					how:  rapid.SampledFrom([]string{"success", "failure", "panic"}).Draw(t, "how"),
					flow: rapid.Bool().Draw(t, "flow"),
				}
			}
			stop := time.Duration(rapid.IntRange(0, 7).Draw(t, "stop"))*time.Second + time.Second/2
			checkPlan(t, mode, plan, stop)
		})
	})
}

func checkPlan(t *rapid.T, mode actions.Mode, plan []planned, stop time.Duration) {
	var running atomic.Int32
	branches := make([]actions.Branch, len(plan))
	for i, p := range plan {
		branches[i] = p.branch(&running)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	timer := time.AfterFunc(stop, func() { cancel(errStop) })
	start := time.Now()
	r, err := runGroup(ctx, actions.Group{Mode: mode, Branches: branches})
	took := time.Since(start)
	require.Zero(t, running.Load(), "joined")
	timer.Stop()
	cancel(nil)

	want := expect(mode, plan, stop)
	require.Equal(t, want.took, took)
	if want.decided == -2 {
		require.GreaterOrEqual(t, r.Decided, 0)
		require.True(t, want.cancelled[r.Decided])
		require.ErrorIs(t, err, errStop)
	} else {
		require.Equal(t, want.decided, r.Decided)
	}
	for i, o := range r.Outcomes {
		checkOutcome(t, plan[i], o, want.cancelled[i])
	}
	switch {
	case mode == actions.Settle:
		require.NoError(t, err)
	case mode == actions.Any:
		require.Equal(t, r.Decided < 0, err != nil)
	case r.Decided >= 0:
		require.Equal(t, r.Outcomes[r.Decided].Err != nil, err != nil)
	default:
		require.NoError(t, err)
	}
}

func checkOutcome(t *rapid.T, p planned, o actions.Outcome[any], cancelled bool) {
	switch {
	case cancelled:
		require.ErrorIs(t, o.Err, context.Canceled, "%+v", p)
		require.Empty(t, o.Value)
	case p.how == "success":
		require.Equal(t, actions.Outcome[any]{Value: "done"}, o)
	default:
		require.ErrorIs(t, o.Err, errOuch)
		var panicked *executor.PanicError
		require.Equal(t, p.how == "panic", errors.As(o.Err, &panicked))
	}
}
