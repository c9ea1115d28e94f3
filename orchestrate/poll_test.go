package orchestrate_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
)

// until polls for a number of at least n.
func until(n int, schedule backoff.Schedule) orchestrate.Orchestration[int] {
	return func(y actions.Yield) (int, error) {
		return orchestrate.Poll(y, schedule, func(y actions.Yield) (int, bool, error) {
			got, err := orchestrate.Do(y, Get{Name: "x"})
			return got, got >= n, err
		})
	}
}

func TestPollWaitsUntilTheFlowIsDone(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		began := time.Now()
		w := newWorld().on("x", inTurn(answers(1), answers(2), answers(3)))
		n, err := run(t.Context(), h, w, until(3, backoff.Constant(month)))
		require.NoError(t, err)
		require.Equal(t, 3, n)
		require.Equal(t, 2*month, time.Since(began))
	})
}

func TestPollGivesUpWithItsSchedule(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		began := time.Now()
		w := newWorld().on("x", answers(2))
		n, err := run(t.Context(), h, w, until(3, backoff.Linear(time.Second, time.Second).UpTo(3)))
		require.Equal(t, orchestrate.ErrNotReady, err)
		require.Equal(t, 2, n, "what it was at last")
		require.Equal(t, 6*time.Second, time.Since(began))
		require.Len(t, w.done(), 4)
		_, err = run(t.Context(), h, w, until(3, nil))
		require.Equal(t, orchestrate.ErrNotReady, err)
	})
}

func TestAnErrorEndsPolling(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		w := newWorld().on("x", inTurn(answers(1), fails(errBoom)))
		_, err := run(t.Context(), h, w, until(3, backoff.Constant(time.Second)))
		require.EqualError(t, err, "step 2: orchestrate_test.Get: boom")
	})
}

func TestPollingStopsWhenTheRunIsCancelledWhileItWaits(t *testing.T) {
	t.Parallel()
	onEachHost(t, func(t *testing.T, h host) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began := time.Now()
		_, err := run(ctx, h, newWorld(), until(3, backoff.Constant(month)))
		require.EqualError(t, err, "step 1: actions.Sleep: context deadline exceeded")
		require.Equal(t, time.Minute, time.Since(began))
	})
}

func TestPollYieldsRandomOnlyWhereTheScheduleDependsOnChance(t *testing.T) {
	t.Parallel()
	const get = "orchestrate_test.Get"
	schedule := backoff.Constant(time.Second).UpTo(1).Then(backoff.Constant(time.Second).FullJitter())
	yielded, err := listened(newWorld().on("x", inTurn(answers(1), answers(2), answers(3))), until(3, schedule))
	require.NoError(t, err)
	require.Equal(t, []string{get, "1s", get, "random", "500ms", get}, yielded)
}
