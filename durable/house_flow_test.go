package durable_test

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/executor"
)

// note is an action that leaves a note in the diary of the house.
type note struct {
	actions.Returns[actions.Void]
	Text string
}

// toil is an action that is under way until its context is done.
type toil struct {
	actions.Returns[actions.Void]
	Name string
}

// house is a runtime on a store in memory, in a bubble, with a diary of what was done there.
type house struct {
	*durable.Runtime
	store  *memory.Store
	config durable.Config
	exec   executor.Executor

	mu    sync.Mutex
	diary []string
	ends  []error // why the contexts of toil ended
}

// inHouse runs a test in a bubble, in a house for the given flows. More handlers may be given.
func inHouse(t *testing.T, flows []durable.AnyFlow, test func(t *testing.T, h *house), more ...executor.Handler) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := &house{store: memory.New(), config: durable.Config{
			Flows: flows, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		}}
		h.exec = executor.NewMux(append(more,
			executor.OnVoid(func(_ context.Context, n note) error {
				h.write(n.Text)
				return nil
			}),
			executor.OnVoid(func(ctx context.Context, w toil) error {
				h.write("begin " + w.Name)
				<-ctx.Done()
				h.mu.Lock()
				defer h.mu.Unlock()
				h.ends = append(h.ends, context.Cause(ctx))
				return context.Cause(ctx)
			}))...)
		h.open(t)
		t.Cleanup(func() { h.close(t) })
		test(t, h)
	})
}

func (h *house) open(t *testing.T) {
	t.Helper()
	rt, err := durable.Open(t.Context(), h.store, h.exec, h.config)
	require.NoError(t, err)
	h.Runtime = rt
}

func (h *house) close(t *testing.T) {
	t.Helper()
	require.NoError(t, h.Close(context.WithoutCancel(t.Context())))
}

func (h *house) write(text string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.diary = append(h.diary, text)
}

// written are the notes so far.
func (h *house) written() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string{}, h.diary...)
}

// status is that of a run once nothing moves any more.
func (h *house) status(t *testing.T, id string) durable.Status {
	t.Helper()
	synctest.Wait()
	s, err := durable.Attach[any](h, id).Status(t.Context())
	require.NoError(t, err)
	return s
}

// launch starts a run of a flow.
func launch[In, Out any](
	t *testing.T, h *house, f durable.Flow[In, Out], in In, opts ...durable.StartOption,
) *durable.Handle[Out] {
	t.Helper()
	handle, err := f.Start(t.Context(), h, in, opts...)
	require.NoError(t, err)
	return handle
}

// result is what a run comes to.
func result[Out any](t *testing.T, h *durable.Handle[Out]) Out {
	t.Helper()
	out, err := h.Result(t.Context())
	require.NoError(t, err)
	return out
}

// since is how much time has passed in the bubble.
func since(start time.Time) time.Duration { return time.Since(start) }
