package executor_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// backwards runs branches one after the other, the last one first, and counts what it is asked for.
type backwards struct {
	forks     []int
	cancelled []error
}

func (b *backwards) ForkJoin(ctx context.Context, n int, branch func(context.Context, int)) {
	b.forks = append(b.forks, n)
	for i := n - 1; i >= 0; i-- {
		branch(ctx, i)
	}
}

func (b *backwards) WithCancel(ctx context.Context) (context.Context, context.CancelCauseFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	return ctx, func(cause error) {
		b.cancelled = append(b.cancelled, cause)
		cancel(cause)
	}
}

func TestAGroupTakesItsStrandsFromTheContext(t *testing.T) {
	t.Parallel()
	var order []string
	note := see(func(ctx context.Context) { order = append(order, executor.StepFrom(ctx).Path()) })
	b := &backwards{}
	r, err := runGroup(executor.WithStrands(t.Context(), b), actions.Group{Branches: leaves(
		note, actions.Group{Branches: leaves(note, note)}, actions.Group{Branches: leaves(note)}, note)})
	require.NoError(t, err)
	require.Len(t, r.Outcomes, 4)
	require.Equal(t, []string{"0.3.0", "0.2.0.0.0", "0.1.0.1.0", "0.1.0.0.0", "0.0.0"}, order)
	require.Equal(t, []int{4, 2}, b.forks, "a single branch needs no strand")
	require.Equal(t, []error{context.Canceled, context.Canceled}, b.cancelled, "in every case")
}

func TestAHostIsToldWhyTheRestIsCancelled(t *testing.T) {
	t.Parallel()
	b := &backwards{}
	ctx := executor.WithStrands(t.Context(), b)
	r, err := runGroup(ctx, actions.Group{Branches: leaves(say{}, fails(errOuch), say{})})
	require.ErrorIs(t, err, errOuch)
	require.Equal(t, 1, r.Decided)
	require.Equal(t, []error{&executor.DecidedError{Branch: 1}, context.Canceled}, b.cancelled)
	require.NoError(t, r.Outcomes[2].Err, "it ended before")
	require.ErrorIs(t, r.Outcomes[0].Err, executor.ErrNotDone, "it started after")
}

// arbiter lets the given branch alone decide.
type arbiter struct {
	backwards
	lets  int
	asked []int
}

func (a *arbiter) Decide(_ context.Context, branch int) bool {
	a.asked = append(a.asked, branch)
	return branch == a.lets
}

func TestAHostHasASayInWhatDecidesAGroup(t *testing.T) {
	t.Parallel()
	for mode, asked := range map[actions.Mode][]int{
		actions.All: {2, 1, 0}, actions.Any: {3, 0}, actions.Race: {3, 2, 1, 0}, actions.Settle: nil,
	} {
		a := &arbiter{lets: 1}
		ctx := executor.WithStrands(t.Context(), a)
		r, _ := runGroup(ctx, actions.Group{Mode: mode, Branches: leaves(say{}, fails(errOuch), fails(errOuch), say{})})
		require.Equal(t, asked, a.asked, mode)
		if mode == actions.All || mode == actions.Race {
			require.Equal(t, 1, r.Decided)
			require.ErrorIs(t, r.Outcomes[0].Err, executor.ErrNotDone, "it is refused, because the group was decided")
		} else {
			require.Equal(t, -1, r.Decided)
		}
	}
}

func TestABranchThatExitsDecidesNothing(t *testing.T) {
	t.Parallel()
	for _, mode := range []actions.Mode{actions.All, actions.Any, actions.Race} {
		a := &arbiter{}
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, _ = runGroup(executor.WithStrands(t.Context(), a), actions.Group{Mode: mode, Branches: leaves(
				see(func(context.Context) { runtime.Goexit() }), see(func(context.Context) {}))})
		}()
		<-done
		require.NotContains(t, a.asked, 0, mode)
	}
}
