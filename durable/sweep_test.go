package durable_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
)

func TestASweepDeletesWhatHasExpired(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, ctx := newShop(), t.Context()
		start := func(id string, retention time.Duration) {
			s.start(t, id, durable.WithRetention(retention))
		}
		start("under-way", time.Minute)
		start("kept", durable.Forever)
		start("later", 2*time.Hour)
		for i := range 700 {
			start(fmt.Sprintf("old-%d", i), time.Hour)
		}
		for m, err := range s.List(ctx, durable.Filter{}) {
			require.NoError(t, err)
			if m.ID != "under-way" {
				_, err = s.Cancel(ctx, m.ID, "")
				require.NoError(t, err)
			}
		}
		synctestSleep(time.Hour - time.Second)
		n, err := s.Sweep(ctx)
		require.NoError(t, err)
		require.Zero(t, n, "not yet")
		synctestSleep(time.Second)
		batches := &deletions{Store: s.Store}
		n, err = durable.NewClient(batches).Sweep(ctx)
		require.NoError(t, err)
		require.Equal(t, 700, n)
		require.Equal(t, []int{256, 256, 188}, batches.sizes)
		require.ElementsMatch(t, []string{"under-way", "kept", "later"}, s.list(t, durable.Filter{}))
		synctestSleep(1000 * time.Hour)
		n, err = s.Sweep(ctx)
		require.NoError(t, err)
		require.Equal(t, 1, n)
		require.ElementsMatch(t, []string{"under-way", "kept"}, s.list(t, durable.Filter{}))
	})
}

// deletions is a store that counts how many runs are deleted at once.
type deletions struct {
	store.Store
	sizes []int
	fail  error
}

func (d *deletions) Delete(ctx context.Context, ids []string) (int, error) {
	if d.fail != nil && len(d.sizes) > 0 {
		return 0, d.fail
	}
	d.sizes = append(d.sizes, len(ids))
	return d.Store.Delete(ctx, ids)
}

func TestASweepThatFailsTellsHowFarItCame(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShop(durable.Retention(time.Second))
		hs, err := buy.StartMany(t.Context(), s, make([]order, 300), nil)
		require.NoError(t, err)
		for _, h := range hs {
			_, err := h.Cancel(t.Context(), "")
			require.NoError(t, err)
		}
		synctestSleep(time.Second)
		n, err := durable.NewClient(&deletions{Store: s.Store, fail: errDeclined}).Sweep(t.Context())
		require.ErrorIs(t, err, errDeclined)
		require.Equal(t, 256, n)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				_, err := s.Sweep(t.Context())
				require.NoError(t, err)
			})
		}
		wg.Wait()
		require.Empty(t, s.list(t, durable.Filter{}))
	})
}

func TestARunIsDeletedOnceItHasEnded(t *testing.T) {
	t.Parallel()
	s, ctx := newShop(), t.Context()
	h := s.start(t, "a")
	err := s.Delete(ctx, "a")
	require.ErrorIs(t, err, durable.ErrNotFinished)
	require.EqualError(t, err, `delete run "a": the run has not finished`)
	_, err = h.Cancel(ctx, "")
	require.NoError(t, err)
	require.NoError(t, s.Delete(ctx, "a"))
	_, err = h.Status(ctx)
	require.ErrorIs(t, err, durable.ErrNotFound)
	require.ErrorIs(t, s.Delete(ctx, "a"), durable.ErrNotFound)

	s.start(t, "b")
	_, err = s.Cancel(ctx, "b", "")
	require.NoError(t, err)
	err = durable.NewClient(&nothingDeleted{s.Store}).Delete(ctx, "b")
	require.ErrorIs(t, err, durable.ErrNotFound, "somebody was faster")
}

type nothingDeleted struct{ store.Store }

func (*nothingDeleted) Delete(context.Context, []string) (int, error) { return 0, nil }
