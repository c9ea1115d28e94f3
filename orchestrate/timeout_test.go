package orchestrate_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

const month = 30 * 24 * time.Hour

func within[T any](d time.Duration, flow orchestrate.Orchestration[T]) orchestrate.Orchestration[T] {
	return func(y actions.Yield) (T, error) { return orchestrate.WithTimeout(y, d, flow) }
}

func sleeps(d time.Duration) orchestrate.Orchestration[actions.Void] {
	return orchestrate.Lift(actions.Sleep{For: d})
}

func TestAFlowThatEndsInTimeIsAsWithoutALimit(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		began := time.Now()
		w := newWorld().on("x", after(time.Minute, answers(7))).on("bad", fails(errBoom))
		n, err := run(t.Context(), h, w, within(month, get("x")))
		require.NoError(t, err)
		require.Equal(t, 7, n)
		require.Equal(t, time.Minute, time.Since(began), "the limit is no longer waited for")
		_, err = run(t.Context(), h, w, within(month, get("bad")))
		require.EqualError(t, err, "step 0.0.0: orchestrate_test.Get: boom")
	})
}

func TestAFlowThatTakesTooLongIsCancelled(t *testing.T) {
	t.Parallel()
	onConcurrentHosts(t, func(t *testing.T, h host) {
		began := time.Now()
		w := newWorld().on("hang", hangs)
		_, err := run(t.Context(), h, w, within(month, get("hang")))
		require.EqualError(t, err, "not done within 720h0m0s")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		var late *orchestrate.TimeoutError
		require.ErrorAs(t, err, &late)
		require.Equal(t, month, late.Limit)
		require.True(t, late.Timeout())
		require.Equal(t, month, time.Since(began))
	})
}

func TestALimitThatIsNotPositiveHasPassed(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld()
		for _, limit := range []time.Duration{0, -time.Second} {
			_, err := run(t.Context(), h, w, within(limit, get("x")))
			require.Equal(t, &orchestrate.TimeoutError{Limit: limit}, err)
		}
		require.Empty(t, w.done())
	})
}

func TestTheTighterOfNestedLimitsHolds(t *testing.T) {
	t.Parallel()
	onConcurrentHosts(t, func(t *testing.T, h host) {
		for _, c := range []struct{ outer, inner, tighter time.Duration }{
			{month, time.Hour, time.Hour}, {time.Hour, month, time.Hour}, {month, 2 * month, month},
		} {
			began := time.Now()
			_, err := run(t.Context(), h, newWorld().on("hang", hangs), within(c.outer, within(c.inner, get("hang"))))
			var late *orchestrate.TimeoutError
			require.ErrorAs(t, err, &late)
			require.Equal(t, c.tighter, late.Limit)
			require.Equal(t, c.tighter, time.Since(began))
		}
	})
}

func TestTheFlowMayHandleAnInnerTimeout(t *testing.T) {
	t.Parallel()
	onConcurrentHosts(t, func(t *testing.T, h host) {
		w := newWorld().on("hang", hangs).on("other", answers(7))
		n, err := run(t.Context(), h, w, within(month, func(y actions.Yield) (int, error) {
			n, err := orchestrate.WithTimeout(y, time.Hour, get("hang"))
			if errors.Is(err, context.DeadlineExceeded) {
				return orchestrate.Do(y, Get{Name: "other"})
			}
			return n, err
		}))
		require.NoError(t, err)
		require.Equal(t, 7, n)
	})
}

func TestALimitHoldsUnderShield(t *testing.T) {
	t.Parallel()
	onConcurrentHosts(t, func(t *testing.T, h host) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		began := time.Now()
		w := newWorld().on("hang", hangs)
		_, err := run(ctx, h, w, func(y actions.Yield) (int, error) {
			return orchestrate.Shield(y, within(time.Hour, get("hang")))
		})
		require.Equal(t, &orchestrate.TimeoutError{Limit: time.Hour}, err)
		require.Equal(t, time.Hour, time.Since(began))
	})
}

// hears ends as most handlers do, some time after its context, and no cause says who cancelled it.
func hears(ctx context.Context, _ func()) (int, error) {
	<-ctx.Done()
	<-time.After(time.Minute)
	return 0, fmt.Errorf("get: %w", ctx.Err())
}

func TestALimitThatCannotBeKeptIsAnErrorAndTheFlowIsCancelled(t *testing.T) {
	t.Parallel()
	broken, booms := errors.New("no timer"), calls(func() { <-time.After(time.Second) }, fails(errBoom))
	noTimer := func(err error) *executor.Mux {
		return executor.NewMux(executor.OnVoid(func(context.Context, actions.Sleep) error {
			<-time.After(time.Millisecond) // the flow has begun
			return err
		}))
	}
	const nobody = "no handler for actions.Sleep: wrap the executor in executor.System"
	onConcurrentHosts(t, func(t *testing.T, h host) {
		for _, c := range []struct {
			flow  behaviour
			timer *executor.Mux
			want  string
		}{
			{hangs, executor.NewMux(), "step 0.1.0: actions.Sleep: " + nobody},
			{hears, executor.NewMux(), "step 0.1.0: actions.Sleep: " + nobody},
			{hears, noTimer(broken), "step 0.1.0: actions.Sleep: no timer"},
			{hangs, noTimer(context.Canceled), "step 0.1.0: actions.Sleep: context canceled"},
			{booms, noTimer(broken), "step 0.0.0: orchestrate_test.Get: boom"},
		} {
			ctx, exec := h.around(t.Context(), c.timer.Else(newWorld().on("hang", c.flow).mux()))
			_, err := orchestrate.Run(ctx, within(time.Hour, get("hang")), exec)
			require.EqualError(t, err, c.want)
		}
	})
}

func TestACancelledRunIsWhatALimitedFlowSaysOfIt(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Minute, cancel)
		_, err := run(ctx, h, newWorld().on("hang", hears), within(time.Hour, get("hang")))
		require.EqualError(t, err, "step 0.0.0: orchestrate_test.Get: get: context canceled")
	})
}

// When the run is cancelled, the Sleep beside the flow ends at once, and before the flow.
func TestAFlowKeepsWhatItMakesOfACancellation(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		finishes := func(result int, err error) orchestrate.Orchestration[int] {
			return func(y actions.Yield) (int, error) {
				if _, cancelled := orchestrate.Do(y, Get{Name: "hang"}); cancelled == nil {
					return 0, errors.New("it was not cancelled")
				}
				_, failed := orchestrate.Shield(y, get("finish"))
				return result, errors.Join(err, failed)
			}
		}
		for name, c := range map[string]struct {
			result int
			err    error
		}{"a result": {result: 7}, "an error of its own": {err: errBoom}} {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			w := newWorld().on("hang", hangs).on("finish", after(time.Minute, answers(0)))
			n, err := run(ctx, h, w, within(time.Hour, finishes(c.result, c.err)))
			require.ErrorIs(t, err, c.err, name)
			require.NotErrorIs(t, err, context.DeadlineExceeded, name)
			require.Equal(t, c.result, n, name)
			require.Equal(t, []string{"finish"}, w.done(), name)
		}
	})
}

func TestASleepOfAMonthTakesNoTimeInABubble(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		began := time.Now()
		_, err := run(t.Context(), h, newWorld(), sleeps(month))
		require.NoError(t, err)
		require.Equal(t, month, time.Since(began))
	})
	onConcurrentHosts(t, func(t *testing.T, h host) {
		began := time.Now()
		_, err := run(t.Context(), h, newWorld(), within(month-time.Nanosecond, sleeps(month)))
		require.EqualError(t, err, "not done within 719h59m59.999999999s")
		require.Equal(t, month-time.Nanosecond, time.Since(began))
	})
}
