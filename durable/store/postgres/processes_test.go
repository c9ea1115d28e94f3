package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/postgres"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/pgserver"
	"github.com/baton-go/baton/internal/runstest"
	"github.com/baton-go/baton/orchestrate"
)

// ask is a flow that waits for an answer.
var ask = durable.Define("ask", func(y actions.Yield, question string) (string, error) {
	answer, err := orchestrate.Do(y, actions.Receive[string]{Name: "answer"})
	return question + answer, err
})

// carry opens a runtime on a store.
func carry(t *testing.T, s store.Store, exec executor.Executor, c durable.Config) *durable.Runtime {
	t.Helper()
	rt, err := durable.Open(t.Context(), s, exec, c)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, rt.Close(context.WithoutCancel(t.Context()))) })
	return rt
}

// What one process does another one hears of: without that, it would take an hour.
func TestProcessesHearOfEachOther(t *testing.T) {
	t.Parallel()
	c := postgres.Config{Schema: schema()}
	carry(t, openAt(t, pgserver.DSN(t), c), executor.NewMux(), durable.Config{
		Flows: durable.Flows(ask), Poll: hour, Lease: hour,
	})
	elsewhere := durable.NewClient(openAt(t, pgserver.DSN(t), c))
	conversation(t, elsewhere)
}

// Behind a proxy they look now and then.
func TestProcessesBehindAProxyFindWhatOthersDid(t *testing.T) {
	t.Parallel()
	c := postgres.Config{Schema: schema(), PollOnly: true}
	carry(t, openAt(t, pgserver.DSN(t), c), executor.NewMux(), durable.Config{
		Flows: durable.Flows(ask), Lease: time.Second,
	})
	elsewhere := durable.NewClient(openAt(t, pgserver.DSN(t), c))
	conversation(t, elsewhere)
}

// conversation starts runs, answers one and cancels the other.
func conversation(t *testing.T, elsewhere *durable.Client) {
	t.Helper()
	ctx := t.Context()
	h, err := ask.Start(ctx, elsewhere, "how much? ")
	require.NoError(t, err)
	other, err := ask.Start(ctx, elsewhere, "how long? ")
	require.NoError(t, err)
	for _, h := range []*durable.Handle[string]{h, other} {
		until(t, func() bool {
			status, err := h.Status(ctx)
			require.NoError(t, err)
			return status != store.Pending
		})
	}
	require.NoError(t, elsewhere.Send(ctx, h.ID(), "answer", "42"))
	result, err := h.Result(ctx)
	require.NoError(t, err)
	require.Equal(t, "how much? 42", result)
	asked, err := other.Cancel(ctx, "nobody knows")
	require.NoError(t, err)
	require.True(t, asked)
	_, err = other.Result(ctx)
	require.ErrorIs(t, err, context.Canceled)
}

func TestRuntimesShareRuns(t *testing.T) {
	t.Parallel()
	const runs, pages = 40, 5
	press := &runstest.Printer{Letters: 1000}
	c := postgres.Config{Schema: schema()}
	var all []*durable.Runtime
	for range 3 {
		all = append(all, carry(t, openAt(t, pgserver.DSN(t), c), press.Executor(),
			durable.Config{Flows: durable.Flows(runstest.Book), MaxConcurrent: 4}))
	}
	handles, err := runstest.Book.StartMany(t.Context(), all[0], make([]int, runs), nil)
	require.NoError(t, err)
	for i := range runs {
		h, err := runstest.Book.Start(t.Context(), all[i%len(all)], pages)
		require.NoError(t, err)
		handles = append(handles, h)
	}
	var waits sync.WaitGroup
	errs := make([]error, len(handles))
	for i, h := range handles {
		waits.Go(func() { _, errs[i] = h.Result(t.Context()) })
	}
	waits.Wait()
	require.NoError(t, errors.Join(errs...))
	press.Once(t, runs*pages)
}

func TestAChangeOfManyRunsIsToldInSeveralNotifications(t *testing.T) {
	t.Parallel()
	c := postgres.Config{Schema: schema()}
	s, other := openAt(t, pgserver.DSN(t), c), openAt(t, pgserver.DSN(t), c)
	told := make(chan string, 10_000)
	t.Cleanup(other.Watch(func(n store.Notice) { told <- n.Run }))
	var runs []store.Run
	for i := range 1000 {
		runs = append(runs, pending(fmt.Sprint("a name that is not short ", i)))
	}
	_, err := s.Create(t.Context(), runs)
	require.NoError(t, err)
	seen := map[string]bool{}
	until(t, func() bool {
		for len(told) > 0 {
			seen[<-told] = true
		}
		return len(seen) == len(runs)
	})
}
