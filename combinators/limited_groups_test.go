package combinators_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// forest is groups of three, nested so deep, with one action at each end, and with a sleep beside each group.
func forest(depth int) orchestrate.Orchestration[int] {
	return func(y actions.Yield) (int, error) {
		if depth == 0 {
			_, err := orchestrate.Do(y, task{})
			return 1, err
		}
		counts, err := orchestrate.All(y, forest(depth-1), forest(depth-1), forest(depth-1),
			func(y actions.Yield) (int, error) {
				return 0, orchestrate.Tell(y, actions.Sleep{For: time.Millisecond})
			})
		sum := 0
		for _, n := range counts {
			sum += n
		}
		return sum, err
	}
}

// limitedStack has a limit of 2 below Parallelize. Its tasks take a second each. Without System, a handler below the
// limit sleeps.
func limitedStack(s *combinators.Semaphore, system bool) (exec executor.Executor, most *atomic.Int64) {
	var inside atomic.Int64
	most = &atomic.Int64{}
	sleep := func(ctx context.Context, d time.Duration) error {
		select {
		case <-time.After(d):
		case <-ctx.Done():
		}
		return ctx.Err()
	}
	mux := executor.NewMux(
		executor.On(func(ctx context.Context, _ task) (string, error) {
			n := inside.Add(1)
			defer inside.Add(-1)
			for {
				if m := most.Load(); n <= m || most.CompareAndSwap(m, n) {
					return "", sleep(ctx, time.Second)
				}
			}
		}),
		executor.OnVoid(func(ctx context.Context, a actions.Sleep) error { return sleep(ctx, a.For) }),
	)
	stack := combinators.Chain(combinators.Parallelize(), combinators.Limited(s))
	if system {
		stack = combinators.Chain(combinators.Parallelize(), executor.System, combinators.Limited(s))
	}
	return stack(mux), most
}

func TestGroupsNestedFiveDeepUnderALimitOfTwoDoNotDeadlock(t *testing.T) {
	t.Parallel()
	for _, system := range []bool{true, false} {
		t.Run(fmt.Sprintf("system=%t", system), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := combinators.NewSemaphore(2)
				exec, most := limitedStack(s, system)
				began := time.Now()
				n, err := orchestrate.Run(t.Context(), forest(5), exec)
				require.NoError(t, err)
				require.Equal(t, 243, n)
				require.Equal(t, 122*time.Second, time.Since(began), "two at a time, all the time")
				require.Equal(t, int64(2), most.Load())
				require.Zero(t, s.InUse()+s.Waiting())
			})
		})
	}
}

func TestGroupsNestedFiveDeepUnderALimitOfTwoDoNotDelayATimeout(t *testing.T) {
	t.Parallel()
	for _, system := range []bool{true, false} {
		t.Run(fmt.Sprintf("system=%t", system), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := combinators.NewSemaphore(2)
				exec, _ := limitedStack(s, system)
				began := time.Now()
				_, err := orchestrate.Run(t.Context(), func(y actions.Yield) (int, error) {
					return orchestrate.WithTimeout(y, 1500*time.Millisecond, forest(5))
				}, exec)
				var timeout *orchestrate.TimeoutError
				require.ErrorAs(t, err, &timeout)
				require.Equal(t, 1500*time.Millisecond, time.Since(began))
				require.Zero(t, s.InUse()+s.Waiting())

				began = time.Now()
				_, err = orchestrate.Run(t.Context(), forest(5), combinators.Timed(1500*time.Millisecond)(exec))
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.Equal(t, 1500*time.Millisecond, time.Since(began))
				require.Zero(t, s.InUse()+s.Waiting())
			})
		})
	}
}

func TestAboveParallelizeAGroupTakesOnePermit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := combinators.NewSemaphore(1)
		exec, most := limitedStack(s, true)
		// the same semaphore again below: the group's permit covers its branches
		exec = combinators.Limited(s)(exec)
		began := time.Now()
		n, err := orchestrate.Run(t.Context(), forest(2), exec)
		require.NoError(t, err)
		require.Equal(t, 9, n)
		require.Equal(t, int64(9), most.Load(), "which bounds nothing inside")
		require.Equal(t, time.Second, time.Since(began))
		require.Zero(t, s.InUse())
	})
}

func TestWaitingTakesNoPermit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := combinators.NewSemaphore(1)
		d := &desk{}
		e := combinators.Limited(s)(d)
		approval := begin(t.Context(), e, actions.Receive[string]{Name: "approval"})
		sleep := begin(t.Context(), e, actions.Sleep{For: time.Hour})
		require.True(t, approval.began.Load() && sleep.began.Load())
		require.Zero(t, s.InUse())
		approval.ends(well)
		sleep.ends(well)
	})
}
