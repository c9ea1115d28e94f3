package durable_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/orchestrate"
)

// round is the input of an adding flow.
type round struct {
	Left, Sum int
}

// adding is a flow that receives a number in each generation.
var adding = durable.Define("adding", func(y actions.Yield, r round) (int, error) {
	if r.Left == 0 {
		return r.Sum, nil
	}
	n, err := orchestrate.Do(y, actions.Receive[int]{Name: "n"})
	if err != nil {
		return 0, err
	}
	return 0, durable.ContinueAsNew(round{r.Left - 1, r.Sum + n})
})

func TestARunContinuesAsNewForThousandsOfGenerations(t *testing.T) {
	t.Parallel()
	const generations = 3000
	flow := durable.Define("counts", func(y actions.Yield, n int) (int, error) {
		if _, err := orchestrate.Do(y, work{Name: "tick"}); err != nil {
			return 0, err
		}
		if n < generations {
			return 0, durable.ContinueAsNew(n + 1)
		}
		return n, nil
	})
	st := memory.New()
	c := &crew{}
	rt := open(t, st, c, durable.Config{Flows: durable.Flows(flow)})
	n, err := begin(t, rt, flow, "r", 0).Result(t.Context())
	require.NoError(t, err)
	require.Equal(t, generations, n)
	row := rowOf(t, st, "r")
	require.EqualValues(t, generations, row.Generation)
	require.EqualValues(t, 1, row.Epoch)
	h, err := st.Load(t.Context(), "r", store.Mark{})
	require.NoError(t, err)
	require.Len(t, h.Records, 1, "of the last generation")
	require.Len(t, c.times(), generations+1, "every generation has step keys of its own")
	require.Contains(t, c.times(), fmt.Sprintf("r~%d/0/durable_test.work", generations))
}

func TestEventsThatWereNotReceivedAreThereInTheNextGeneration(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		after  time.Duration
		before int // of the events, so many are sent before the runtime is opened
	}{
		"loaded":             {after: never, before: 100},
		"unloaded":           {after: 1, before: 50},
		"one after another":  {after: never, before: 0},
		"unloaded, and late": {after: 1, before: 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const events = 100
			st := memory.New()
			client := durable.NewClient(st)
			h := begin(t, client, adding, "r", round{Left: events})
			send := func(from, to int) {
				for i := from; i < to; i++ {
					require.NoError(t, client.Send(t.Context(), "r", "n", i))
				}
			}
			send(0, tt.before)
			_ = open(t, st, &crew{}, durable.Config{Flows: durable.Flows(adding), UnloadAfter: tt.after})
			send(tt.before, events)
			sum, err := h.Result(t.Context())
			require.NoError(t, err)
			require.Equal(t, events*(events-1)/2, sum)
		})
	}
}

func TestARunIsCancelledInWhateverGenerationItIs(t *testing.T) {
	t.Parallel()
	flow := durable.Define("spins", func(y actions.Yield, n int) (int, error) {
		_, _ = orchestrate.Do(y, work{Name: "tick"})
		return 0, durable.ContinueAsNew(n + 1)
	})
	st := memory.New()
	rt := open(t, st, &crew{}, durable.Config{Flows: durable.Flows(flow)})
	for i := range 30 {
		h := begin(t, rt, flow, runID(i), 0)
		require.NoError(t, pause(t.Context(), time.Duration(i)*100*time.Microsecond))
		cancelled, err := h.Cancel(t.Context(), "enough")
		require.NoError(t, err)
		require.True(t, cancelled)
		_, err = h.Result(t.Context())
		require.ErrorIs(t, err, context.Canceled)
		e, ok := errors.AsType[*durable.CancelledError](err)
		require.True(t, ok)
		require.Equal(t, "enough", e.Reason)
	}
}

func TestAnEndlessRunIsClosedOver(t *testing.T) {
	t.Parallel()
	flow := durable.Define("spins", func(y actions.Yield, n int) (int, error) { return 0, durable.ContinueAsNew(n + 1) })
	st := memory.New()
	h := begin(t, durable.NewClient(st), flow, "r", 0)
	for range 5 {
		rt := openLater(t, st, &crew{}, durable.Config{Flows: durable.Flows(flow)})
		generation := rowOf(t, st, "r").Generation
		for rowOf(t, st, "r").Generation < generation+10 {
			require.NoError(t, pause(t.Context(), time.Millisecond))
		}
		closeNow(t, rt)
		row := rowOf(t, st, "r")
		require.Equal(t, store.Waiting, row.Status)
		require.Empty(t, row.Owner)
	}
	_, err := h.Cancel(t.Context(), "")
	require.NoError(t, err)
}

func TestAGenerationBeginsWhenItBegins(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		flow := durable.Define("clock", func(y actions.Yield, began []time.Time) ([]time.Time, error) {
			now, err := orchestrate.Do(y, actions.Now{})
			if err != nil {
				return nil, err
			}
			if began = append(began, now); len(began) == 3 {
				return began, nil
			}
			if err := orchestrate.Tell(y, actions.Sleep{For: time.Hour}); err != nil {
				return nil, err
			}
			return nil, durable.ContinueAsNew(began)
		})
		st := memory.New()
		began := time.Now()
		rt := open(t, st, &crew{}, durable.Config{Flows: durable.Flows(flow)})
		times, err := begin(t, rt, flow, "r", nil).Result(t.Context())
		require.NoError(t, err)
		for i, at := range times {
			require.WithinDuration(t, began.Add(time.Duration(i)*time.Hour), at, 0)
		}
	})
}

// A store that fails after it has begun a generation must not have it begun twice.
func TestContinuingAsNewSurvivesAStoreThatFails(t *testing.T) {
	t.Parallel()
	for seed := range uint64(5) {
		synctest.Test(t, func(t *testing.T) {
			st := newFlaky(seed)
			h := begin(t, durable.NewClient(st.memory), adding, "r", round{Left: 50})
			for i := range 50 {
				require.NoError(t, durable.NewClient(st.memory).Send(t.Context(), "r", "n", i))
			}
			st.fails(15, 15)
			rt := openLater(t, st, &crew{}, durable.Config{Flows: durable.Flows(adding)})
			sum, err := h.Result(t.Context())
			require.NoError(t, err)
			require.Equal(t, 50*49/2, sum)
			closeNow(t, rt)
			require.EqualValues(t, 50, rowOf(t, st.memory, "r").Generation)
		})
	}
}
