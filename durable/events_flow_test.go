package durable_test

import (
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/orchestrate"
)

// collect receives n events of a name, after a while.
var collect = durable.Define("collect", func(y actions.Yield, in collecting) ([]int, error) {
	if err := orchestrate.Tell(y, actions.Sleep{For: in.After}); err != nil {
		return nil, err
	}
	var got []int
	for range in.Events {
		v, err := orchestrate.Do(y, actions.Receive[int]{Name: "number"})
		if err != nil {
			return nil, err
		}
		got = append(got, v)
	}
	return got, nil
})

type collecting struct {
	Events int
	After  time.Duration
}

func TestEventsThatComeBeforeTheReceiveAreKept(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(collect), func(t *testing.T, h *house) {
		run := launch(t, h, collect, collecting{3, 5 * time.Hour}, durable.WithDelay(time.Hour))
		require.NoError(t, h.Send(t.Context(), run.ID(), "number", 1)) // it is pending
		synctestSleep(2 * time.Hour)
		require.Equal(t, durable.Waiting, h.status(t, run.ID()))
		require.NoError(t, h.Send(t.Context(), run.ID(), "other", 7))
		require.NoError(t, h.Send(t.Context(), run.ID(), "number", 2)) // it sleeps
		synctestSleep(6 * time.Hour)
		require.Equal(t, durable.Waiting, h.status(t, run.ID()))
		start := time.Now()
		require.NoError(t, h.Send(t.Context(), run.ID(), "number", 3)) // it waits for it, and is unloaded
		require.Equal(t, []int{1, 2, 3}, result(t, run))
		require.Zero(t, since(start), "it comes back at once")
		require.ErrorIs(t, h.Send(t.Context(), run.ID(), "number", 4), durable.ErrFinished)
	})
}

func TestEventsOfOneNameAreReceivedInOrderAndOnce(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(collect), func(t *testing.T, h *house) {
		const events = 300
		run := launch(t, h, collect, collecting{Events: events + 1})
		var want []int
		for i := range events {
			want = append(want, i)
			for range 3 { // whoever gets no answer sends again
				require.NoError(t, h.Send(t.Context(), run.ID(), "number", i, durable.DedupKey(strconv.Itoa(i))))
			}
			if i%60 == 0 {
				synctestSleep(time.Minute) // it is unloaded in between
			}
		}
		require.NoError(t, h.Send(t.Context(), run.ID(), "number", events)) // once, because it ends
		require.Equal(t, append(want, events), result(t, run))
	})
}

func TestEventsOfManySendersAreAllReceived(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(collect), func(t *testing.T, h *house) {
		const senders, each = 20, 20
		run := launch(t, h, collect, collecting{Events: senders * each})
		var wg sync.WaitGroup
		for s := range senders {
			wg.Go(func() {
				for i := range each {
					require.NoError(t, h.Send(t.Context(), run.ID(), "number", s*each+i))
				}
			})
		}
		wg.Wait()
		got := result(t, run)
		seen, last := map[int]bool{}, map[int]int{}
		for _, v := range got {
			require.False(t, seen[v], "%d was received twice", v)
			seen[v] = true
			require.GreaterOrEqual(t, v, last[v/each], "those of one sender are in order")
			last[v/each] = v
		}
		require.Len(t, seen, senders*each)
	})
}

// patient waits for an answer until its time is up, asks once more, and waits without end.
var patient = durable.Define("patient", func(y actions.Yield, _ struct{}) ([]string, error) {
	var got []string
	for {
		done := false
		err := orchestrate.Select(y,
			orchestrate.When(actions.Receive[string]{Name: "answer"}, func(s string) error {
				got = append(got, s)
				done = s == "end"
				return nil
			}),
			orchestrate.When(actions.Sleep{For: time.Hour}, func(actions.Void) error {
				got = append(got, "hour")
				return nil
			}))
		if err != nil || done {
			return got, err
		}
	}
})

func TestALosingReceiveSwallowsNoEvent(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(patient), func(t *testing.T, h *house) {
		run := launch(t, h, patient, struct{}{})
		ctx := t.Context()
		synctestSleep(30 * time.Minute)
		require.NoError(t, h.Send(ctx, run.ID(), "answer", "a"))
		synctest.Wait()
		synctestSleep(time.Hour)
		synctest.Wait()
		for _, s := range []string{"b", "c", "d", "end"} { // of two at once, neither is lost with the sleep that lost
			require.NoError(t, h.Send(ctx, run.ID(), "answer", s))
		}
		require.Equal(t, []string{"a", "hour", "b", "c", "d", "end"}, result(t, run))
	})
}

func TestAnEventOfTheWrongTypeIsAnErrorOfTheReceive(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(collect), func(t *testing.T, h *house) {
		run := launch(t, h, collect, collecting{Events: 1})
		require.NoError(t, h.Send(t.Context(), run.ID(), "number", "seven"))
		_, err := run.Result(t.Context())
		var failed *durable.RunError
		require.ErrorAs(t, err, &failed)
		require.Contains(t, failed.Message, "the payload of the event does not fit")
	})
}

func TestAnEventWithoutAPayloadIsTheZeroValue(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(collect), func(t *testing.T, h *house) {
		run := launch(t, h, collect, collecting{Events: 1})
		require.NoError(t, h.Send(t.Context(), run.ID(), "number", nil))
		require.Equal(t, []int{0}, result(t, run))
	})
}
