package durable_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
)

func TestAPlainFunctionIsABackgroundJob(t *testing.T) {
	t.Parallel()
	square := durable.Func("square", func(ctx context.Context, n int) (int, error) {
		select {
		case <-time.After(time.Hour):
			return n * n, nil
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	})
	inHouse(t, durable.Flows(square), func(t *testing.T, h *house) {
		start := time.Now()
		run := launch(t, h, square, 7)
		require.Equal(t, durable.Running, h.status(t, run.ID()))
		ready, err := run.Ready(t.Context())
		require.NoError(t, err)
		require.False(t, ready)
		require.Equal(t, 49, result(t, run))
		require.Equal(t, time.Hour, since(start))
		m, err := run.Metadata(t.Context())
		require.NoError(t, err)
		require.Equal(t, time.Hour, m.Duration())

		run = launch(t, h, square, 8)
		synctest.Wait()
		_, err = run.Cancel(t.Context(), "enough")
		require.NoError(t, err)
		_, err = run.Result(t.Context())
		require.ErrorIs(t, err, context.Canceled)
	})
}

func TestTheErrorOfAFunctionComesBack(t *testing.T) {
	t.Parallel()
	refuse := durable.Func("refuse", func(context.Context, string) (int, error) {
		return 0, fmt.Errorf("charge: %w", &cardError{"42"})
	})
	kind := codec.Sentinel("declined", errDeclined)
	inHouse(t, durable.Flows(refuse), func(t *testing.T, h *house) {
		h.close(t)
		h.config.ErrorKinds = []codec.ErrorKind{kind}
		h.open(t)
		run := launch(t, h, refuse, "", durable.WithID("a"))
		_, err := run.Result(t.Context())
		var failed *durable.RunError
		require.ErrorAs(t, err, &failed)
		require.EqualError(t, err, `run "a" of flow "refuse" failed: charge: card 42 was refused`)
		require.Equal(t, "card_refused", failed.Code)
		require.JSONEq(t, `{"card":"42"}`, string(failed.Details))
		require.ErrorIs(t, err, errDeclined)
	})
}

func TestPoliciesStandAroundAFunction(t *testing.T) {
	t.Parallel()
	var keys []string
	var calls atomic.Int64
	retry := combinators.Retry{MaxDelay: time.Hour, Schedule: backoff.Constant(time.Minute)}
	flaky := durable.Func("flaky", func(ctx context.Context, _ int) (int64, error) {
		key, err := executor.StepFrom(ctx).Key()
		if err != nil {
			return 0, err
		}
		keys = append(keys, key)
		if n := calls.Add(1); n == 3 {
			return n, nil
		}
		return 0, errors.New("try again")
	}, durable.Under(combinators.Retried(retry)))
	inHouse(t, durable.Flows(flaky), func(t *testing.T, h *house) {
		start := time.Now()
		run := launch(t, h, flaky, 1, durable.WithID("a"))
		require.EqualValues(t, 3, result(t, run))
		require.Equal(t, 2*time.Minute, since(start))
		require.Equal(t, []string{"a/0/durable.Call", "a/0/durable.Call", "a/0/durable.Call"}, keys, "one effect")
		steps, err := run.Steps(t.Context())
		require.NoError(t, err)
		require.Len(t, steps, 1, "the last attempt is what is recorded")
	})
}

func TestAFunctionThatPanicsFailsItsRun(t *testing.T) {
	t.Parallel()
	crash := durable.Func("crash", func(context.Context, int) (int, error) { panic("at the disco") })
	inHouse(t, durable.Flows(crash), func(t *testing.T, h *house) {
		_, err := launch(t, h, crash, 1).Result(t.Context())
		var failed *durable.RunError
		require.ErrorAs(t, err, &failed)
		require.Contains(t, failed.Message, "at the disco")
		var panicked *executor.PanicError
		require.ErrorAs(t, err, &panicked)
		require.Contains(t, string(panicked.Stack), "func_flow_test.go", "with its stack")
	})
}

func TestTheInputOfAFunctionIsComparedAndDecoded(t *testing.T) {
	t.Parallel()
	length := durable.Func("length", func(_ context.Context, m map[string]int) (int, error) { return len(m), nil })
	words := durable.Func("length", func(_ context.Context, s string) (int, error) { return len(s), nil })
	inHouse(t, durable.Flows(length), func(t *testing.T, h *house) {
		client := durable.NewClient(h.store, durable.Codec(codec.Gob()))
		for i, starter := range []durable.Starter{h, client} {
			run, err := length.Start(t.Context(), starter, map[string]int{"a": 1, "b": 2}, durable.WithID("a"))
			require.NoError(t, err)
			require.Equal(t, i == 0, run.New(), "it is the same, written by another codec")
		}
		_, err := length.Start(t.Context(), client, nil, durable.WithID("a"))
		require.ErrorIs(t, err, durable.ErrConflict)
		require.Equal(t, 2, result(t, durable.Attach[int](h, "a")))

		_, err = launch(t, h, words, "hello").Result(t.Context())
		var blocked *durable.BlockedError
		require.ErrorAs(t, err, &blocked)
		require.Contains(t, blocked.Reason, `the input of flow "length"`)
	})
}

func TestWhatAFunctionCameToIsRecordedWithTheEndOfItsRun(t *testing.T) {
	t.Parallel()
	called := 0
	count := durable.Func("count", func(context.Context, int) (int, error) {
		called++
		return called, nil
	})
	for durability, records := range map[journal.Durability]int{
		journal.Synchronous: 1, journal.Batched: 1, journal.Unrecorded: 0,
	} {
		called = 0
		st := newCounting()
		rt := open(t, st, &crew{}, durable.Config{
			Flows: durable.Flows(count),
			Treat: func(actions.Action) journal.Treatment { return journal.Treatment{Durability: durability} },
		})
		got, err := begin(t, rt, count, "r", 0).Result(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, got)
		h, err := st.Store.Load(t.Context(), "r", store.Mark{})
		require.NoError(t, err)
		require.Len(t, h.Records, records)
		calls, _ := st.since()
		require.Equal(t, 1, calls["commit"])
	}
}

func TestAFunctionThatEndsWhileTheRuntimeClosesIsNotCalledAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		called := 0
		slow := durable.Func("slow", func(context.Context, int) (int, error) {
			called++
			time.Sleep(time.Minute) // synctest
			return called, nil
		})
		st, config := memory.New(), durable.Config{Flows: durable.Flows(slow)}
		rt := openLater(t, st, &crew{}, config)
		h := begin(t, rt, slow, "r", 0)
		synctest.Wait()
		require.NoError(t, rt.Close(t.Context()))
		require.Equal(t, 1, called)
		rt = open(t, st, &crew{}, config)
		got, err := durable.Attach[int](rt, h.ID()).Result(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, got)
		require.Equal(t, 1, called)
	})
}
