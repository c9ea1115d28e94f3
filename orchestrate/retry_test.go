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
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
)

func retry(schedule backoff.Schedule, flow orchestrate.Orchestration[int]) orchestrate.Orchestration[int] {
	return func(y actions.Yield) (int, error) { return orchestrate.Retry(y, schedule, flow) }
}

// listened runs a flow and lists the names of what it yields, in order, sleeps with their length.
func listened[T any](w *world, flow orchestrate.Orchestration[T]) ([]string, error) {
	var yielded []string
	_, err := orchestrate.Run(context.Background(), flow, executor.Func(
		func(ctx context.Context, a actions.Action) (any, error) {
			switch a := a.(type) {
			case actions.Sleep:
				yielded = append(yielded, a.For.String())
				return nil, nil
			case actions.Random:
				yielded = append(yielded, "random")
				return uint64(1) << 63, nil
			}
			yielded = append(yielded, actions.Name(a))
			return w.mux().Execute(ctx, a)
		}))
	return yielded, err
}

func TestARetryWaitsAsItsScheduleSays(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		began := time.Now()
		w := newWorld().on("flaky", inTurn(fails(errBoom), fails(errBoom), fails(errBoom), answers(7)))
		schedule := backoff.Exponential(24*time.Hour, 2)
		n, err := run(t.Context(), h, w, retry(schedule, get("flaky")))
		require.NoError(t, err)
		require.Equal(t, 7, n)
		require.Equal(t, 7*24*time.Hour, time.Since(began))
		require.Equal(t, []string{"flaky"}, w.done())
	})
}

func TestARetryYieldsRandomOnlyWhereTheScheduleDependsOnChance(t *testing.T) {
	t.Parallel()
	const get = "orchestrate_test.Get"
	for name, c := range map[string]struct {
		schedule backoff.Schedule
		want     []string
	}{
		"constant": {backoff.Constant(time.Second).UpTo(2), []string{get, "1s", get, "1s", get}},
		"jitter":   {backoff.Constant(time.Second).FullJitter().UpTo(1), []string{get, "random", "500ms", get}},
		"both": {
			backoff.Constant(time.Second).UpTo(1).Then(backoff.Constant(time.Second).FullJitter().UpTo(1)),
			[]string{get, "1s", get, "random", "500ms", get},
		},
		"never": {nil, []string{get}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld().on("x", fails(errBoom))
			yielded, err := listened(w, retry(c.schedule, orchestrate.Lift(Get{Name: "x"})))
			require.ErrorIs(t, err, errBoom)
			require.Equal(t, c.want, yielded)
		})
	}
}

func TestARetryThatGivesUpHasAllErrors(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		errFirst := errors.New("first")
		w := newWorld().on("x", inTurn(fails(errFirst), fails(errBoom)))
		_, err := run(t.Context(), h, w, retry(backoff.Constant(time.Second).UpTo(1), get("x")))
		require.EqualError(t, err, "2 attempts: step 2: orchestrate_test.Get: boom")
		require.ErrorIs(t, err, errFirst)
		require.ErrorIs(t, err, errBoom)
		var failed *backoff.RetryError
		require.ErrorAs(t, err, &failed)
		require.Equal(t, 2, failed.Attempts)
		require.Len(t, failed.Errs, 2)
	})
}

func TestAnErrorThatNoRetryCuresComesBackAsItself(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld().on("x", inTurn(fails(errors.New("first")), fails(backoff.Permanent(errBoom)), answers(1)))
		_, err := run(t.Context(), h, w, retry(backoff.Constant(time.Second), get("x")))
		require.EqualError(t, err, "step 2: orchestrate_test.Get: boom")
		require.ErrorIs(t, err, errBoom)
		require.True(t, backoff.IsPermanent(err))
	})
}

func TestAnErrorThatNoRetryCuresDoesNotSpeakForEarlierAttempts(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		refused := fails(backoff.Permanent(fmt.Errorf("denied: %w", executor.ErrNotDone)))
		w := newWorld().on("lost", inTurn(loses(errBoom), refused)).
			on("refused", inTurn(fails(executor.ErrNotDone), refused))
		_, err := run(t.Context(), h, w, retry(backoff.Constant(time.Second), get("refused")))
		require.EqualError(t, err, "step 2: orchestrate_test.Get: denied: the action was not done")
		require.True(t, executor.NotDone(err))
		_, err = run(t.Context(), h, w, retry(backoff.Constant(time.Second), get("lost")))
		require.EqualError(t, err, "2 attempts: step 2: orchestrate_test.Get: denied: the action was not done")
		require.ErrorIs(t, err, errBoom)
		require.False(t, executor.NotDone(err))
	})
}

func TestWhatNobodyHandlesIsNotRetried(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		began := time.Now()
		_, err := run(t.Context(), h, newWorld(), func(y actions.Yield) (string, error) {
			return orchestrate.Retry(y, backoff.Constant(time.Second),
				orchestrate.Lift(actions.Receive[string]{Name: "approval"}))
		})
		var unhandled *executor.UnhandledError
		require.ErrorAs(t, err, &unhandled)
		require.Zero(t, time.Since(began))
	})
}

func TestAGroupIsRetriedUnlessEveryBranchIsHopeless(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		hopeless := fails(backoff.Permanent(errBoom))
		w := newWorld().on("hopeless", hopeless).on("flaky", inTurn(fails(errBoom), answers(7)))
		either := func(a, b string) orchestrate.Orchestration[int] {
			return func(y actions.Yield) (int, error) { return orchestrate.Any(y, get(a), get(b)) }
		}
		n, err := run(t.Context(), h, w, retry(backoff.Constant(time.Second), either("hopeless", "flaky")))
		require.NoError(t, err)
		require.Equal(t, 7, n)
		_, err = run(t.Context(), h, w, retry(backoff.Constant(time.Second), either("hopeless", "hopeless")))
		require.EqualError(t, err, "none of 2 branches succeeded: "+
			"step 0.0.0: orchestrate_test.Get: boom; step 0.1.0: orchestrate_test.Get: boom")
	})
}

func TestAnErrorThatSaysWhenToComeBackIsNotRetriedBefore(t *testing.T) {
	t.Parallel()
	w := newWorld().on("busy", inTurn(
		fails(backoff.After(errBoom, time.Minute)), fails(backoff.After(errBoom, time.Millisecond)), answers(1)))
	yielded, err := listened(w, retry(backoff.Constant(time.Second), orchestrate.Lift(Get{Name: "busy"})))
	require.NoError(t, err)
	const get = "orchestrate_test.Get"
	require.Equal(t, []string{get, "1m0s", get, "1s", get}, yielded)
}

func TestARetryStopsWhenTheRunIsCancelledWhileItWaits(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began := time.Now()
		w := newWorld().on("x", fails(errBoom))
		_, err := run(ctx, h, w, retry(backoff.Constant(time.Hour), get("x")))
		require.EqualError(t, err,
			"1 attempt: step 0: orchestrate_test.Get: boom; gave up: step 1: actions.Sleep: context deadline exceeded")
		require.ErrorIs(t, err, errBoom)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, time.Minute, time.Since(began))
	})
}

func TestARetryEndsWhenItCannotChoose(t *testing.T) {
	t.Parallel()
	asked := 0
	_, err := orchestrate.Run(t.Context(), retry(backoff.Constant(time.Second).FullJitter().Jitter(0.5), get("x")),
		executor.Func(func(_ context.Context, a actions.Action) (any, error) {
			if _, ok := a.(actions.Random); ok {
				asked++
				return nil, errors.New("no dice")
			}
			return nil, errBoom
		}))
	require.EqualError(t, err, "1 attempt: step 0: orchestrate_test.Get: boom; gave up: step 1: actions.Random: no dice")
	require.Equal(t, 1, asked)
}

func TestARetryReturnsWithTheRunThatItBelongsTo(t *testing.T) {
	t.Parallel()
	for name, use := range map[string]error{"over": executor.ErrOver, "lent": executor.ErrLent} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := orchestrate.Retry(func(a actions.Action) (any, error) {
				if _, ok := a.(actions.Sleep); ok {
					t.Error("it waits for a yield that no longer works")
				}
				return nil, use
			}, backoff.Constant(0), get("x"))
			require.Equal(t, use, err)
		})
	}
}
