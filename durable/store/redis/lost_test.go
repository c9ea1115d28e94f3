package redis_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/redis"
	"github.com/baton-go/baton/internal/redisserver"
	"github.com/baton-go/baton/internal/runstest"
)

// wire is a way to the server on which answers can be lost.
type wire struct {
	listener net.Listener
	server   string
	loses    atomic.Bool // the answers to scripts that come from now on, with their connections
	lost     atomic.Int64
	all      sync.WaitGroup
}

// newWire returns a wire to the server, and the URL of its end.
func newWire(t *testing.T) (*wire, string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "baton-wire-") //nolint:usetesting // the name of a socket must be short
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	path := filepath.Join(dir, "wire")
	w := &wire{server: strings.TrimPrefix(redisserver.URL(t), "unix://")}
	w.listener, err = net.Listen("unix", path)
	require.NoError(t, err)
	w.all.Go(w.run)
	t.Cleanup(func() {
		require.NoError(t, w.listener.Close())
		w.all.Wait()
	})
	return w, "unix://" + path
}

func (w *wire) run() {
	for {
		c, err := w.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("unix", w.server)
		if err != nil {
			_ = c.Close()
			continue
		}
		var asked atomic.Bool // for a script, of which the answer is to be lost
		w.all.Go(func() {
			pass(server, c, func(b []byte) bool {
				if w.loses.Load() && bytes.Contains(b, []byte("EVALSHA")) {
					asked.Store(true)
				}
				return true
			})
			_ = server.Close()
		})
		w.all.Go(func() {
			pass(c, server, func([]byte) bool {
				if asked.Load() {
					w.lost.Add(1)
				}
				return !asked.Load()
			})
			_, _ = c.Close(), server.Close()
		})
	}
}

// pass passes on what comes, while f lets it.
func pass(to io.Writer, from io.Reader, f func([]byte) bool) {
	b := make([]byte, 1<<16)
	for {
		n, err := from.Read(b)
		if n > 0 && !f(b[:n]) {
			return
		}
		if _, bad := to.Write(b[:n]); err != nil || bad != nil {
			return
		}
	}
}

// What was sent again by itself would be done twice.
func TestACallWhoseAnswerIsLostIsAnErrorAndNotMadeAgain(t *testing.T) {
	t.Parallel()
	w, url := newWire(t)
	c := redis.Config{Prefix: prefix()}
	s, beside := openAt(t, url, c), openAt(t, redisserver.URL(t), c)
	run := runstest.Leased(t, s, "r")[0]
	_, err := s.Create(t.Context(), []store.Run{{ID: "w", Flow: "other", State: store.State{Status: store.Waiting}}})
	require.NoError(t, err)
	ctx := t.Context()
	// A server that does not know a script yet says so instead of running it.
	_, err = beside.Send(ctx, []store.Message{{Run: "missing"}})
	require.NoError(t, err)
	runstest.Commit(t, beside, runstest.Step(run, 1))
	state := run.State
	for name, call := range map[string]func() error{
		"send":   func() error { _, err := s.Send(ctx, []store.Message{{Run: "w", Name: "once"}}); return err },
		"create": func() error { _, err := s.Create(ctx, []store.Run{{ID: "new", Flow: "other"}}); return err },
		"state": func() error {
			return runstest.TryCommit(ctx, s, store.Write{Run: "r", Epoch: 1, State: &state, Revision: 1})
		},
		"step": func() error { return runstest.TryCommit(ctx, s, runstest.Step(run, 2)) },
	} {
		before := w.lost.Load()
		w.loses.Store(true)
		err := call()
		w.loses.Store(false)
		require.Error(t, err, name)
		for _, refused := range []error{store.ErrChanged, store.ErrFenced, store.ErrNotFound} {
			require.NotErrorIs(t, err, refused, name)
		}
		require.Equal(t, before+1, w.lost.Load(), name)
	}
	h, err := beside.Load(ctx, "w", store.Mark{})
	require.NoError(t, err)
	require.Len(t, h.Messages, 1)
	h, err = beside.Load(ctx, "r", store.Mark{})
	require.NoError(t, err)
	require.EqualValues(t, 2, h.Run.Revision)
	require.Len(t, h.Records, 2)
	_, err = beside.Load(ctx, "new", store.Mark{})
	require.NoError(t, err)
	// Called again, what appends has done so once.
	require.NoError(t, patiently(ctx, func(ctx context.Context) error {
		return runstest.TryCommit(ctx, s, runstest.Step(run, 2))
	}))
	require.Equal(t, []int64{1, 2}, runstest.Numbers(t, s, "r"))
}

func TestACallEndsWithItsContext(t *testing.T) {
	t.Parallel()
	server := redisserver.New(t)
	s := openAt(t, server.URL(), redis.Config{})
	run := runstest.Leased(t, s, "r")[0]
	why := errors.New("no patience")
	for _, write := range []store.Write{
		runstest.Step(run, 1), {Run: "r", Epoch: 1, State: &run.State, Revision: 1},
	} {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(why)
		err := runstest.TryCommit(ctx, s, write)
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, why)
		require.Empty(t, runstest.Numbers(t, s, "r"), "nothing was done")

		// The server answers nobody for a while.
		command(t, s, "CLIENT", "PAUSE", "100000", "ALL")
		ctx, cancel = context.WithCancelCause(t.Context())
		timer := time.AfterFunc(20*time.Millisecond, func() { cancel(why) })
		err = runstest.TryCommit(ctx, s, write)
		timer.Stop()
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, why)
		server.Kill() // which is a way to end the pause
		require.NoError(t, server.Restart())
		runstest.Until(t, func() bool { _, err := s.List(t.Context(), store.Query{}); return err == nil })
		require.Empty(t, runstest.Numbers(t, s, "r"))
	}
}
