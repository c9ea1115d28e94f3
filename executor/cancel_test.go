package executor_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// journey is a flow with everything in it: steps, asides, groups in groups, a handler that runs a flow, a sleep. It
// returns the first error, after a shielded action.
func journey(y actions.Yield, work func() call, cleaned *atomic.Int32) (err error) {
	defer func() {
		_, _ = y(shielded(see(func(context.Context) { cleaned.Add(1) })))
	}()
	nested := do(func(ctx context.Context) (v string, err error) {
		yielding(ctx, stack(), func(y actions.Yield) {
			if _, err = y(work()); err == nil {
				_, err = y(work())
			}
		})
		return "", err
	})
	inner := actions.Group{Mode: actions.Settle, Branches: leaves(work(), work())}
	for _, a := range []actions.Action{
		work(),
		actions.Progress{},
		nested,
		actions.Sleep{For: time.Second},
		actions.Group{Branches: []actions.Branch{
			{Leaf: work()},
			flow(func(y actions.Yield) (any, error) {
				if _, err := y(work()); err != nil {
					return nil, err
				}
				_, err := y(inner)
				return nil, err
			}),
			{Leaf: nested},
		}},
		work(),
	} {
		if _, err := y(a); err != nil {
			return err
		}
	}
	return nil
}

func TestARunCanBeCancelledAtEveryPoint(t *testing.T) {
	t.Parallel()
	const calls, beforeTheGroup = 10, 3 // of handlers, in the whole journey and before its group
	for at := range calls + 1 {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			var began, running, cleaned, late atomic.Int32
			var cancelled atomic.Bool
			work := func() call {
				return do(func(context.Context) (string, error) {
					running.Add(1)
					defer running.Add(-1)
					if cancelled.Load() {
						late.Add(1)
					}
					if int(began.Add(1))-1 == at {
						cancel(errOuch)
						cancelled.Store(true)
					}
					return "", nil
				})
			}
			yielding(ctx, stack(), func(y actions.Yield) {
				err := journey(y, work, &cleaned)
				require.Zero(t, running.Load(), "joined")
				require.EqualValues(t, 1, cleaned.Load(), "the shielded action was carried out")
				if at >= calls-1 { // not at all, or by the last handler
					require.NoError(t, err)
					require.EqualValues(t, calls, began.Load())
					return
				}
				require.ErrorIs(t, err, errOuch)
				require.ErrorIs(t, err, context.Canceled)
				var step *executor.StepError
				require.ErrorAs(t, err, &step)
			})
			beside := 0
			if at >= beforeTheGroup {
				beside = 3 // a step of each other branch, of which one is a group of two, may have been let pass already
			}
			require.LessOrEqual(t, int(late.Load()), beside, "but for those, nothing begins any more")
			cancel(nil)
		})
	}
}

func TestARunCanBeCancelledWhileItSleeps(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second/2, errOuch)
		defer cancel()
		var cleaned atomic.Int32
		yielding(ctx, stack(), func(y actions.Yield) {
			err := journey(y, func() call { return see(func(context.Context) {}) }, &cleaned)
			require.EqualError(t, err, "step 2: actions.Sleep: context deadline exceeded: ouch")
			require.EqualValues(t, 1, cleaned.Load())
		})
	})
}

func TestAMisusedYieldDidNothingAndNeverWill(t *testing.T) {
	t.Parallel()
	y, end := executor.Yield(t.Context(), stack())
	_, lent := y(do(func(context.Context) (string, error) {
		_, err := y(say{})
		return "", err
	}))
	end()
	_, over := y(say{})
	for _, err := range []error{lent, over} {
		var p interface{ Permanent() bool }
		require.ErrorAs(t, err, &p)
		require.True(t, p.Permanent())
	}
	require.True(t, executor.NotDone(over))
	require.ErrorIs(t, lent, executor.ErrLent)
}

func TestAnyIsPermanentlyWrongIfEveryBranchIs(t *testing.T) {
	t.Parallel()
	permanent := func(as ...actions.Action) bool {
		_, err := runGroup(t.Context(), actions.Group{Mode: actions.Any, Branches: leaves(as...)})
		var p interface{ Permanent() bool }
		return errors.As(err, &p) && p.Permanent()
	}
	require.True(t, permanent(other{}, &say{}))
	require.False(t, permanent(other{}, fails(errOuch)))
	require.False(t, permanent(fails(errOuch), other{}))
}
