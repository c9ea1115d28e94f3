package durable_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
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

// mortal is a store as one process sees it, until that dies.
type mortal struct {
	*memory.Store
	dead atomic.Bool
	died chan struct{}
}

func (m *mortal) die() {
	if m.dead.CompareAndSwap(false, true) {
		close(m.died)
	}
}

func (m *mortal) err() error {
	if m.dead.Load() {
		return store.ErrClosed
	}
	return nil
}

func (m *mortal) Create(ctx context.Context, runs []store.Run) ([]store.Created, error) {
	if err := m.err(); err != nil {
		return nil, err
	}
	return m.Store.Create(ctx, runs)
}

func (m *mortal) Claim(ctx context.Context, c store.Claim) (store.Claimed, error) {
	if err := m.err(); err != nil {
		return store.Claimed{}, err
	}
	return m.Store.Claim(ctx, c)
}

func (m *mortal) Renew(ctx context.Context, owner string, d time.Duration) ([]store.Held, error) {
	if err := m.err(); err != nil {
		return nil, err
	}
	return m.Store.Renew(ctx, owner, d)
}

func (m *mortal) Commit(ctx context.Context, writes []store.Write) ([]error, error) {
	if err := m.err(); err != nil {
		return nil, err
	}
	return m.Store.Commit(ctx, writes)
}

func (m *mortal) Load(ctx context.Context, id string, from store.Mark) (store.History, error) {
	if err := m.err(); err != nil {
		return store.History{}, err
	}
	return m.Store.Load(ctx, id, from)
}

func (m *mortal) List(ctx context.Context, q store.Query) ([]store.Run, error) {
	if err := m.err(); err != nil {
		return nil, err
	}
	return m.Store.List(ctx, q)
}

// host is a machine on which a process is started again whenever it has died.
type host struct {
	st     *memory.Store
	config durable.Config

	mu      sync.Mutex
	deaths  []time.Time
	begun   map[string]int // by what is done
	blocked map[string]bool
}

func newHost(t *testing.T) *host {
	t.Helper()
	h := &host{st: memory.New(), begun: map[string]int{}, blocked: map[string]bool{}}
	h.config = durable.Config{Flows: durable.Flows(moody), Lease: 30 * time.Second}
	stop := h.st.Watch(func(n store.Notice) {
		if n.Status == store.Blocked {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.blocked[n.Run] = true
		}
	})
	t.Cleanup(stop)
	return h
}

// moody is a flow that does what it is told.
var moody = durable.Define("moody", func(y actions.Yield, what string) (string, error) {
	switch {
	case strings.HasPrefix(what, "waits"):
		return orchestrate.Do(y, actions.Receive[string]{Name: "go"})
	case strings.HasPrefix(what, "sleeps"):
		if err := orchestrate.Tell(y, actions.Sleep{For: time.Minute}); err != nil {
			return "", err
		}
	}
	for range 2 {
		if _, err := orchestrate.Do(y, work{Name: what}); err != nil {
			return "", err
		}
	}
	return what, nil
})

// live has a process carry out runs until it dies, or has lived long enough. It tells whether it died.
func (h *host) live(t *testing.T, enough time.Duration) (died bool) {
	t.Helper()
	m := &mortal{Store: h.st, died: make(chan struct{})}
	c := &crew{do: func(ctx context.Context, w work) (string, error) {
		h.mu.Lock()
		h.begun[w.Name]++
		h.mu.Unlock()
		switch {
		case strings.HasPrefix(w.Name, "poison"):
			m.die()
			return "", pause(ctx, time.Hour)
		case strings.HasPrefix(w.Name, "fuse"): // kills later, unless it was stopped
			if err := pause(ctx, 5*time.Minute); err != nil {
				return "", err
			}
			m.die()
			return "", pause(ctx, time.Hour)
		case strings.HasPrefix(w.Name, "long"):
			return "", pause(ctx, 10*time.Minute)
		}
		return "", pause(ctx, time.Second)
	}}
	rt := openLater(t, m, c, h.config)
	timer := time.NewTimer(enough)
	defer timer.Stop()
	select {
	case <-m.died:
		h.deaths = append(h.deaths, time.Now())
		_ = rt.Close(done(t))
		time.Sleep(h.config.Lease) // synctest
		return true
	case <-timer.C:
		closeNow(t, rt)
		return false
	}
}

// restarted starts the process until it lives, and says how often it died.
func (h *host) restarted(t *testing.T) (deaths int) {
	t.Helper()
	h.deaths = nil
	for h.live(t, 3*time.Hour) {
		require.Less(t, len(h.deaths), 100, "it dies for ever")
	}
	return len(h.deaths)
}

// begin starts as many runs of each mood.
func (h *host) begin(t *testing.T, n int, moods ...string) (handles []*durable.Handle[string]) {
	t.Helper()
	client := durable.NewClient(h.st)
	for i := range n {
		for _, mood := range moods {
			id := fmt.Sprintf("%s-%d", mood, i)
			handles = append(handles, begin(t, client, moody, id, id))
			if mood == "waits" {
				time.AfterFunc(90*time.Minute, func() { _ = client.Send(context.Background(), id, "go", "on") })
			}
		}
	}
	return handles
}

func (h *host) onlyBlocked(t *testing.T, want ...string) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	blocked := []string{}
	for id := range h.blocked {
		blocked = append(blocked, id)
	}
	require.ElementsMatch(t, want, blocked)
}

func TestOnlyTheRunThatKillsItsProcessIsBlocked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t)
		innocent := h.begin(t, 10, "short", "waits", "sleeps", "long")
		poison := h.begin(t, 1, "poison")[0]
		require.Equal(t, durable.MaxCrashes, h.restarted(t))
		require.Equal(t, durable.MaxCrashes, h.begun["poison-0"])
		h.onlyBlocked(t, "poison-0")
		_, err := poison.Result(t.Context())
		var blocked *durable.BlockedError
		require.ErrorAs(t, err, &blocked)
		require.Contains(t, blocked.Reason, "the last 20 times that it was carried out ended without a new record")
		require.Contains(t, blocked.Reason, "or cancel it")
		for _, run := range innocent {
			_, err := run.Result(t.Context())
			require.NoError(t, err)
			row := rowOf(t, h.st, run.ID())
			if strings.HasPrefix(run.ID(), "short") || strings.HasPrefix(run.ID(), "sleeps") {
				require.True(t, row.Finished.Before(h.deaths[len(h.deaths)-1]), "%s ends while the process dies", run.ID())
			}
		}
	})
}

func TestSeveralRunsThatKillTheirProcessAreBlockedOneByOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t)
		innocent := h.begin(t, 5, "short", "long")
		h.begin(t, 3, "poison")
		require.Equal(t, 3+3*(durable.MaxCrashes-3), h.restarted(t))
		h.onlyBlocked(t, "poison-0", "poison-1", "poison-2")
		for _, run := range innocent {
			_, err := run.Result(t.Context())
			require.NoError(t, err)
		}
		// A deploy, after which each has one more try: they are blocked again, and do not have each other tried for ever.
		require.LessOrEqual(t, h.restarted(t), 6)
		for i := range 3 {
			require.Equal(t, store.Blocked, rowOf(t, h.st, fmt.Sprintf("poison-%d", i)).Status)
		}
	})
}

// It is not found out who it was, but nobody else is taken for it.
func TestARunThatKillsLateDoesNotHaveOthersBlocked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t)
		innocent := h.begin(t, 20, "long", "short")
		h.begin(t, 1, "fuse")
		for range 3 * durable.MaxCrashes {
			if !h.live(t, 3*time.Hour) {
				break
			}
		}
		h.onlyBlocked(t)
		for _, run := range innocent {
			if strings.HasPrefix(run.ID(), "short") {
				_, err := run.Result(t.Context())
				require.NoError(t, err)
			}
		}
	})
}

func TestABlockedRunThatKillsItsProcessCanBeCancelled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHost(t)
		poison := h.begin(t, 1, "poison")[0]
		require.Equal(t, durable.MaxCrashes, h.restarted(t))
		_, err := durable.NewClient(h.st).Cancel(t.Context(), "poison-0", "it kills")
		require.NoError(t, err)
		require.Zero(t, h.restarted(t))
		_, err = poison.Result(t.Context())
		var cancelled *durable.CancelledError
		require.ErrorAs(t, err, &cancelled)
		require.Equal(t, durable.MaxCrashes, h.begun["poison-0"], "its handler was not called any more")
	})
}
