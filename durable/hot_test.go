package durable_test

import (
	"context"
	"strconv"
	"sync"
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

// counting is a store that counts the calls of its methods, and the records that it hands out.
type counting struct {
	*memory.Store

	mu      sync.Mutex
	calls   map[string]int
	records int
}

func newCounting() *counting { return &counting{Store: memory.New(), calls: map[string]int{}} }

func (s *counting) called(method string, read ...store.History) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls[method]++
	for _, h := range read {
		s.records += len(h.Records)
	}
}

// since returns what was counted, and begins anew.
func (s *counting) since() (calls map[string]int, records int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls, records = s.calls, s.records
	s.calls, s.records = map[string]int{}, 0
	return calls, records
}

func (s *counting) Claim(ctx context.Context, c store.Claim) (store.Claimed, error) {
	claimed, err := s.Store.Claim(ctx, c)
	s.called("claim", claimed.Runs...)
	return claimed, err
}

func (s *counting) Commit(ctx context.Context, writes []store.Write) ([]error, error) {
	s.called("commit")
	return s.Store.Commit(ctx, writes)
}

func (s *counting) Load(ctx context.Context, id string, from store.Mark) (store.History, error) {
	h, err := s.Store.Load(ctx, id, from)
	s.called("load", h)
	return h, err
}

func (s *counting) List(ctx context.Context, q store.Query) ([]store.Run, error) {
	s.called("list")
	return s.Store.List(ctx, q)
}

// telegrams receives events after so many steps.
var telegrams = durable.Define("telegrams", func(y actions.Yield, steps int) (int, error) {
	for i := range steps {
		if _, err := orchestrate.Do(y, work{Name: strconv.Itoa(i)}); err != nil {
			return 0, err
		}
	}
	for n := 0; ; n++ {
		last, err := orchestrate.Do(y, actions.Receive[bool]{Name: "telegram"})
		if err != nil || last {
			return n, err
		}
	}
})

// whileTelegramsCome carries the run out until it waits, and returns what the store is asked for from then on.
func whileTelegramsCome(t *testing.T, steps int, unloadAfter time.Duration) (calls map[string]int, records int) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		st, c := newCounting(), &crew{}
		_ = open(t, st, c, durable.Config{
			Flows: durable.Flows(telegrams), UnloadAfter: unloadAfter, Lease: never, Poll: never, SweepEvery: never,
		})
		client := durable.NewClient(st.Store)
		h := begin(t, client, telegrams, "r", steps)
		time.Sleep(90 * time.Minute) // synctest: nothing happens at the full hour, when the runtime counts what there is
		st.since()
		for i := range 5 {
			require.NoError(t, client.Send(t.Context(), "r", "telegram", i == 4))
			time.Sleep(time.Hour) // synctest
		}
		n, err := h.Result(t.Context())
		require.NoError(t, err)
		require.Equal(t, 4, n)
		require.Equal(t, steps, c.count(), "each step was carried out once")
		calls, records = st.since()
	})
	return calls, records
}

func TestAReplayReadsTheRunOnceHoweverLongItIs(t *testing.T) {
	t.Parallel()
	few, fewRecords := whileTelegramsCome(t, 10, time.Second)
	many, manyRecords := whileTelegramsCome(t, 1000, time.Second)
	require.Equal(t, 5*10+0+1+2+3+4, fewRecords, "five times, with the telegrams that came before")
	require.Equal(t, 5*1000+0+1+2+3+4, manyRecords)
	require.Equal(t, few, many, "a step that is replayed asks the store for nothing")
	require.Zero(t, many["load"], "a run that is claimed comes with its log")
	require.Equal(t, 5*2, many["commit"], "a telegram, and the run's leave or end")
}

func TestARunInMemoryIsNotReadAgain(t *testing.T) {
	t.Parallel()
	few, fewRecords := whileTelegramsCome(t, 10, never)
	many, manyRecords := whileTelegramsCome(t, 1000, never)
	require.Zero(t, fewRecords)
	require.Zero(t, manyRecords, "only what came is read")
	require.Equal(t, few, many)
	require.Equal(t, 5, many["load"])
	require.Zero(t, many["claim"])
}
