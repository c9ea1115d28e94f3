package durable_test

import (
	"context"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/orchestrate"
)

// noting leaves a note and returns it.
var noting = durable.Define("noting", func(y actions.Yield, text string) (string, error) {
	return text, orchestrate.Tell(y, note{Text: text})
})

func TestOfManyStartsWithOneIDOneRuns(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(noting), func(t *testing.T, h *house) {
		var wg sync.WaitGroup
		var mu sync.Mutex
		made := 0
		for range 50 {
			wg.Go(func() {
				run, err := noting.Start(t.Context(), h, "once", durable.WithID("a"))
				require.NoError(t, err)
				out, err := run.Result(t.Context())
				require.NoError(t, err)
				require.Equal(t, "once", out)
				mu.Lock()
				defer mu.Unlock()
				if run.New() {
					made++
				}
			})
		}
		wg.Wait()
		require.Equal(t, 1, made)
		require.Equal(t, []string{"once"}, h.written())
	})
}

func TestThousandsOfRunsEnd(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(noting), func(t *testing.T, h *house) {
		const runs = 3000
		ins := make([]string, runs)
		for i := range ins {
			ins[i] = strconv.Itoa(i)
		}
		start := time.Now()
		hs, err := noting.StartMany(t.Context(), h, ins, nil)
		require.NoError(t, err)
		for i, run := range hs {
			require.Equal(t, ins[i], result(t, run))
		}
		require.Zero(t, since(start), "nobody waits for a poll")
		require.ElementsMatch(t, ins, h.written())
		stats, err := h.Stats(t.Context(), durable.Filter{Flows: []string{"noting"}})
		require.NoError(t, err)
		require.EqualValues(t, runs, stats.Completed)
		require.EqualValues(t, runs, stats.Total)
	})
}

func TestARunStartsWhenItIsTold(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(noting), func(t *testing.T, h *house) {
		start := time.Now()
		for name, opt := range map[string]durable.StartOption{
			"delayed": durable.WithDelay(6 * time.Hour), "at": durable.WithStartAt(start.Add(6 * time.Hour)),
		} {
			launch(t, h, noting, name, opt, durable.WithID(name))
		}
		synctestSleep(6*time.Hour - time.Second)
		require.Equal(t, durable.Pending, h.status(t, "at"))
		require.Equal(t, durable.Pending, h.status(t, "delayed"))
		for _, id := range []string{"at", "delayed"} {
			require.Equal(t, id, result(t, durable.Attach[string](h, id)))
		}
		require.Equal(t, 6*time.Hour, since(start))
	})
}

func TestRunsOfAHigherPriorityAreFirst(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(noting), func(t *testing.T, h *house) {
		h.close(t)
		h.config.MaxConcurrent = 1
		client := durable.NewClient(h.store)
		for i, p := range []int{0, 5, -5, 9} {
			_, err := noting.Start(t.Context(), client, strconv.Itoa(p),
				durable.WithPriority(p), durable.WithID(strconv.Itoa(i)))
			require.NoError(t, err)
		}
		h.open(t)
		for i := range 4 {
			result(t, durable.Attach[string](h, strconv.Itoa(i)))
		}
		require.Equal(t, []string{"9", "5", "0", "-5"}, h.written())
	})
}

func TestTheStatusOfARunIsWhereItStands(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(trip), func(t *testing.T, h *house) {
		run := launch(t, h, trip, "receive", durable.WithDelay(time.Hour), durable.WithID("a"))
		require.Equal(t, durable.Pending, h.status(t, "a"))
		synctestSleep(time.Hour)
		require.Equal(t, durable.Running, h.status(t, "a"), "it waits, and is still in memory")
		m, err := run.Metadata(t.Context())
		require.NoError(t, err)
		require.NotEmpty(t, m.Owner)
		synctestSleep(time.Minute)
		require.Equal(t, durable.Waiting, h.status(t, "a"))
		m, err = run.Metadata(t.Context())
		require.NoError(t, err)
		require.Empty(t, m.Owner)
		require.NoError(t, h.Send(t.Context(), "a", "never", 1))
		require.Equal(t, "home", result(t, run))
		require.Equal(t, durable.Completed, h.status(t, "a"))
		m, err = run.Metadata(t.Context())
		require.NoError(t, err)
		require.Equal(t, time.Minute, m.Duration(), "it counts from when it was first carried out")
	})
}

func TestASleepKeepsItsFirstDeadline(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(long), func(t *testing.T, h *house) {
		start := time.Now()
		run := launch(t, h, long, 9*time.Hour)
		for range 5 {
			synctestSleep(time.Hour)
			h.close(t)
			synctestSleep(10 * time.Minute)
			h.open(t)
		}
		require.Equal(t, "done", result(t, durable.Attach[string](h, run.ID())))
		require.Equal(t, 9*time.Hour, since(start))
	})
}

func TestAWaiterOfAnotherClientIsNotifiedToo(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(long), func(t *testing.T, h *house) {
		client := durable.NewClient(newTelling(shop{Store: h.store}))
		start := time.Now()
		run, err := long.Start(t.Context(), client, 17*time.Minute)
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err = run.Result(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, "done", result(t, run), "the timeout was the waiter's, not the run's")
		require.Equal(t, 17*time.Minute, since(start))
	})
}
