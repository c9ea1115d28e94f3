package durable_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
)

// counted is a store that counts how often it is asked for runs.
type counted struct {
	store.Store
	lists atomic.Int64
}

func (c *counted) List(ctx context.Context, q store.Query) ([]store.Run, error) {
	c.lists.Add(1)
	return c.Store.List(ctx, q)
}

// telling is one that tells about changes, too.
type telling struct {
	counted
	watcher store.Watcher
	watches atomic.Int64
}

func (w *telling) Watch(f func(store.Notice)) (stop func()) {
	w.watches.Add(1)
	unwatch := w.watcher.Watch(f)
	return func() {
		unwatch()
		w.watches.Add(-1)
	}
}

func newTelling(s shop) *telling {
	return &telling{counted: counted{Store: s.Store}, watcher: s.Store}
}

func TestAWaitIsNotifiedAndNotPolled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		s.start(t, "a")
		w := newTelling(s)
		h := durable.Attach[string](durable.NewClient(w), "a")
		var wg sync.WaitGroup
		start := time.Now()
		for range 10 {
			wg.Go(func() {
				out, err := h.Result(t.Context())
				require.NoError(t, err)
				require.Equal(t, "paid", out)
				require.Equal(t, 4*time.Second, time.Since(start), "at once: in a bubble no time has passed")
			})
		}
		synctest.Wait()
		require.EqualValues(t, 1, w.watches.Load(), "however many wait")
		looks := w.lists.Load()
		require.LessOrEqual(t, looks, int64(10), "each looks once, or together with others")
		synctestSleep(time.Second)
		s.claim(t)
		synctestSleep(3 * time.Second)
		require.Equal(t, looks, w.lists.Load(), "no wait asked again, also not when the run was claimed")
		s.end(t, "a", completed(`"paid"`))
		wg.Wait()
		require.LessOrEqual(t, w.lists.Load(), looks+10)
		require.Zero(t, w.watches.Load(), "nobody waits any more")
	})
}

func TestARunThatIsBlockedMeanwhileEndsTheWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		h := s.start(t, "a")
		s.claim(t)
		start := time.Now()
		time.AfterFunc(time.Second, func() {
			s.end(t, "a", func(st *store.State) { st.Status, st.Reason = store.Blocked, "changed" })
		})
		_, err := h.Result(t.Context())
		var blocked *durable.BlockedError
		require.ErrorAs(t, err, &blocked)
		require.Equal(t, time.Second, time.Since(start))
	})
}

func TestARunThatIsDeletedMeanwhileEndsTheWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		s.start(t, "a")
		quiet := &telling{counted: counted{Store: s.Store}, watcher: new(store.Hub)} // tells nothing
		start := time.Now()
		time.AfterFunc(time.Second, func() {
			s.end(t, "a", completed("1"))
			require.NoError(t, s.Delete(t.Context(), "a"))
		})
		_, err := durable.Attach[string](durable.NewClient(quiet), "a").Result(t.Context())
		require.ErrorIs(t, err, durable.ErrNotFound)
		require.Equal(t, 5*time.Second, time.Since(start), "in case that something was not told, it looks now and then")
	})
}

func TestAStoreThatTellsNothingIsPolledLessAndLess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		s.start(t, "a")
		silent := &counted{Store: s.Store}
		start := time.Now()
		time.AfterFunc(time.Minute, func() { s.end(t, "a", completed(`"paid"`)) })
		out, err := durable.Attach[string](durable.NewClient(silent), "a").Result(t.Context())
		require.NoError(t, err)
		require.Equal(t, "paid", out)
		require.LessOrEqual(t, time.Since(start), 61*time.Second)
		require.Less(t, silent.lists.Load(), int64(70))
	})
}

func TestATimeoutWhileWaitingIsTheWaiters(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		h := s.start(t, "a")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := h.Result(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.EqualError(t, err, `wait for run "a": context deadline exceeded`)
		var failed *durable.RunError
		require.NotErrorAs(t, err, &failed)
		require.Equal(t, store.Pending, s.row(t, "a").Status)

		why := errors.New("the page was closed")
		caused, stop := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { stop(why) })
		_, err = h.Result(caused)
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, why)
		var cancelled *durable.CancelledError
		require.NotErrorAs(t, err, &cancelled)
		require.Zero(t, s.row(t, "a").State.Cancelled)
	})
}

func TestAnErrorOfTheStoreEndsTheWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop()
		h := durable.Attach[string](durable.NewClient(&counted{Store: s.Store}), s.start(t, "a").ID())
		time.AfterFunc(time.Second, func() { s.Store.Close() })
		_, err := h.Result(t.Context())
		require.ErrorIs(t, err, store.ErrClosed)
	})
}

func TestManyWaitForManyRunsAtOnce(t *testing.T) {
	t.Parallel()
	const runs = 200
	s := newShop()
	handles, err := buy.StartMany(t.Context(), s, make([]order, runs), nil)
	require.NoError(t, err)
	w := newTelling(s)
	c := durable.NewClient(w)
	var wg sync.WaitGroup
	for _, h := range handles {
		wg.Go(func() {
			out, err := durable.Attach[string](c, h.ID()).Result(t.Context())
			require.NoError(t, err)
			require.Equal(t, h.ID(), out)
		})
	}
	s.claim(t)
	for _, h := range handles {
		wg.Go(func() { s.end(t, h.ID(), completed(`"`+h.ID()+`"`)) })
	}
	wg.Wait()
	require.Zero(t, w.watches.Load())
}
