package runstest

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// Ask is a flow that waits for an answer to a question. Its result is both.
var Ask = durable.Define("ask", func(y actions.Yield, question string) (string, error) {
	answer, err := orchestrate.Do(y, actions.Receive[string]{Name: "answer"})
	return question + answer, err
})

// Carry opens a runtime on a store, and closes it when the test is over.
func Carry(t *testing.T, s store.Store, exec executor.Executor, c durable.Config) *durable.Runtime {
	t.Helper()
	rt, err := durable.Open(t.Context(), s, exec, c)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, rt.Close(context.WithoutCancel(t.Context()))) })
	return rt
}

// Converse checks that a runtime on the store here, with the flow Ask and what the Config says besides, notices what is
// done elsewhere: runs are started, one gets its answer, and one is cancelled.
func Converse(t *testing.T, here, elsewhere store.Store, c durable.Config) {
	t.Helper()
	c.Flows = durable.Flows(Ask)
	Carry(t, here, executor.NewMux(), c)
	ctx, client := t.Context(), durable.NewClient(elsewhere)
	h, err := Ask.Start(ctx, client, "how much? ")
	require.NoError(t, err)
	other, err := Ask.Start(ctx, client, "how long? ")
	require.NoError(t, err)
	for _, h := range []*durable.Handle[string]{h, other} {
		Until(t, func() bool {
			status, err := h.Status(ctx)
			require.NoError(t, err)
			return status != store.Pending
		})
	}
	require.NoError(t, client.Send(ctx, h.ID(), "answer", "42"))
	result, err := h.Result(ctx)
	require.NoError(t, err)
	require.Equal(t, "how much? 42", result)
	asked, err := other.Cancel(ctx, "nobody knows")
	require.NoError(t, err)
	require.True(t, asked)
	_, err = other.Result(ctx)
	require.ErrorIs(t, err, context.Canceled)
}

// Share checks that a runtime on each of the stores, which keep the same runs, takes a part of them, and that nothing
// is done twice.
func Share(t *testing.T, stores ...store.Store) {
	t.Helper()
	const runs, pages = 40, 5
	press := &Printer{Letters: 1000}
	var all []*durable.Runtime
	for _, s := range stores {
		all = append(all, Carry(t, s, press.Executor(), durable.Config{
			Flows: durable.Flows(Book), MaxConcurrent: 4, Lease: longLease,
		}))
	}
	handles, err := Book.StartMany(t.Context(), all[0], make([]int, runs), nil)
	require.NoError(t, err)
	for i := range runs {
		h, err := Book.Start(t.Context(), all[i%len(all)], pages)
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
