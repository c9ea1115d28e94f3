package runstest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// letter is an action that is answered by what it says.
type letter struct {
	actions.Returns[string]
	Text string
}

// Letters is a flow that writes, waits for an answer, and writes again what was answered.
var Letters = durable.Define("letters", func(y actions.Yield, to string) (string, error) {
	first, err := orchestrate.Do(y, letter{Text: "dear " + to})
	if err != nil {
		return "", err
	}
	answer, err := orchestrate.Do(y, actions.Receive[string]{Name: "answer"})
	if err != nil {
		return "", err
	}
	second, err := orchestrate.Do(y, letter{Text: answer})
	return first + ", " + second, err
})

// Operate checks that what operators do to runs works on a store, which is empty: runs are paused and resumed,
// terminated and retried, forked, and moved to another store and back.
func Operate(t *testing.T, s store.Store) {
	t.Helper()
	ctx := t.Context()
	var written atomic.Int64
	rt, err := durable.Open(ctx, s, executor.NewMux(executor.On(func(_ context.Context, l letter) (string, error) {
		written.Add(1)
		return l.Text, nil
	})), durable.Config{
		Flows: durable.Flows(Letters), Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Lease: longLease,
	})
	require.NoError(t, err)
	defer func() { require.NoError(t, rt.Close(context.WithoutCancel(ctx))) }()
	start := func(id string) *durable.Handle[string] {
		h, err := Letters.Start(ctx, rt, "Ada", durable.WithID(id), durable.WithLabels(map[string]string{"of": id}))
		require.NoError(t, err)
		Until(t, func() bool {
			steps, err := h.Steps(ctx)
			require.NoError(t, err)
			return len(steps) == 1
		})
		return h
	}
	answered := func(id, want string) {
		t.Helper()
		out, err := Letters.Attach(rt, id).Result(ctx)
		require.NoError(t, err)
		require.Equal(t, want, out)
	}

	a := start("a")
	require.NoError(t, rt.Pause(ctx, "a", "one\nmoment"))
	Until(t, func() bool {
		m, err := a.Metadata(ctx)
		require.NoError(t, err)
		return m.Owner == "" && m.Status == durable.Paused && m.Reason == "one\nmoment"
	})
	require.NoError(t, rt.Send(ctx, "a", "answer", "hello"))
	text, err := rt.Export(ctx, "a")
	require.NoError(t, err)
	require.NoError(t, rt.Resume(ctx, "a"))
	answered("a", "dear Ada, hello")

	elsewhere := durable.NewClient(memory.New())
	_, err = elsewhere.Import(ctx, text)
	require.NoError(t, err)
	require.NoError(t, rt.Delete(ctx, "a"))
	var file bytes.Buffer
	n, err := elsewhere.ExportAll(ctx, &file, durable.Filter{})
	require.NoError(t, err)
	require.Equal(t, 1, n)
	for range 2 {
		_, err = rt.ImportAll(ctx, bytes.NewReader(file.Bytes()))
		require.NoError(t, err)
	}
	status, err := a.Status(ctx)
	require.NoError(t, err)
	require.Equal(t, durable.Paused, status, "as it was when it was exported")
	require.NoError(t, rt.Resume(ctx, "a"))
	answered("a", "dear Ada, hello")

	b := start("b")
	require.NoError(t, rt.Terminate(ctx, "b", "enough"))
	_, err = b.Result(ctx)
	require.ErrorIs(t, err, durable.ErrTerminated)
	retry, err := rt.Retry(ctx, "b")
	require.NoError(t, err)
	require.NoError(t, rt.Send(ctx, retry, "answer", "again"))
	answered(retry, "dear Ada, again")

	fork, err := rt.Fork(ctx, retry, "1", durable.WithID("c"))
	require.NoError(t, err)
	answered(fork, "dear Ada, again")
	other, err := Letters.Fork(ctx, rt, "a", "0", "Bob", durable.WithID("d"))
	require.NoError(t, err)
	answered(other.ID(), "dear Bob, hello")
	require.EqualValues(t, 8, written.Load(), "nothing but what had to be")
	if _, err := rt.Retry(ctx, "d"); !errors.Is(err, durable.ErrNotFailed) {
		require.NoError(t, err)
	}
}
