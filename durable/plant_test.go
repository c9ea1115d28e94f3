package durable_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/executor"
)

// work is the action of the tests of the runtime.
type work struct {
	actions.Returns[string]
	Name string
}

// crew does the work, and writes down what it did.
type crew struct {
	// do, if not nil, does what is special about a piece of work.
	do func(ctx context.Context, w work) (string, error)
	// store, if not nil, is asked whether a step has a record already when it is begun.
	store *memory.Store

	mu    sync.Mutex
	begun map[string]int // by step key
	ended map[string]int
	again []string // keys of steps that were begun although they had a record
}

func (c *crew) executor() executor.Executor { return executor.NewMux(executor.On(c.work)) }

func (c *crew) work(ctx context.Context, w work) (string, error) {
	step := executor.StepFrom(ctx)
	key, err := step.Key()
	if err != nil {
		return "", err
	}
	recorded := c.recorded(step.Run(), step.Path())
	c.mu.Lock()
	if c.begun == nil {
		c.begun, c.ended = map[string]int{}, map[string]int{}
	}
	c.begun[key]++
	if recorded {
		c.again = append(c.again, key)
	}
	c.mu.Unlock()
	result := "did " + w.Name
	if c.do != nil {
		if result, err = c.do(ctx, w); err != nil {
			return "", err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended[key]++
	return result, nil
}

func (c *crew) recorded(run, path string) bool {
	if c.store == nil {
		return false
	}
	h, err := c.store.Load(context.Background(), run, store.Mark{})
	if err != nil {
		return false
	}
	for _, r := range h.Records {
		if r.Kind == store.Step && r.Path == path {
			return true
		}
	}
	return false
}

// times is how often each step was begun, by key.
func (c *crew) times() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.begun)
}

// count is how often work was begun in all.
func (c *crew) count() (n int) {
	for _, k := range c.times() {
		n += k
	}
	return n
}

// onceAfterRecord requires that nothing was begun again after its record.
func (c *crew) onceAfterRecord(t *testing.T) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	require.Empty(t, c.again)
}

// quiet logs nothing.
var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// never is an UnloadAfter that does not come.
const never = time.Duration(math.MaxInt64)

// open opens a runtime that is closed when the test ends.
func open(t *testing.T, s store.Store, c *crew, config durable.Config) *durable.Runtime {
	t.Helper()
	rt := openLater(t, s, c, config)
	t.Cleanup(func() { closeNow(t, rt) })
	return rt
}

// openLater opens a runtime that the test closes itself.
func openLater(t *testing.T, s store.Store, c *crew, config durable.Config) *durable.Runtime {
	t.Helper()
	return openWith(t, s, c.executor(), config)
}

// openWith opens a runtime with another executor than that of a crew.
func openWith(t *testing.T, s store.Store, exec executor.Executor, config durable.Config) *durable.Runtime {
	t.Helper()
	if config.Log == nil {
		config.Log = quiet
	}
	rt, err := durable.Open(t.Context(), s, exec, config)
	require.NoError(t, err)
	return rt
}

// closeNow closes a runtime, and does not wait for what does not end.
func closeNow(t *testing.T, rt *durable.Runtime) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	require.NoError(t, rt.Close(ctx))
}

// begin starts a run with an ID.
func begin[In, Out any](
	t *testing.T, s durable.Starter, f durable.Flow[In, Out], id string, in In, opts ...durable.StartOption,
) *durable.Handle[Out] {
	t.Helper()
	h, err := f.Start(t.Context(), s, in, append(opts, durable.WithID(id))...)
	require.NoError(t, err)
	return h
}

// await waits for the status of a run, for which the runtime has to do something first.
func await[Out any](t *testing.T, h *durable.Handle[Out], want durable.Status) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		s, err := h.Status(t.Context())
		require.NoError(t, err)
		if s == want {
			return
		}
		require.False(t, s.Finished(), "run %s is %s, not %s", h.ID(), s, want)
		select {
		case <-tick.C:
		case <-t.Context().Done():
			require.Failf(t, "the test is over", "run %s is %s, not %s", h.ID(), s, want)
		}
	}
}

// rowOf is the run as it is in the store.
func rowOf(t *testing.T, s store.Store, id string) store.Run {
	t.Helper()
	runs, err := s.List(context.Background(), store.Query{IDs: []string{id}})
	require.NoError(t, err)
	require.Len(t, runs, 1)
	return runs[0]
}

// after returns when the duration has passed, or with the cause of the context's end.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

var errBroken = errors.New("it is broken")

func runID(i int) string { return fmt.Sprintf("run-%d", i) }
