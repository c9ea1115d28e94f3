package durable_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
)

// thrown is a store that can be removed.
type thrown struct {
	*memory.Store
	removed int
}

func (s *thrown) Remove() error {
	s.removed++
	return nil
}

func TestATemporaryRuntimeLeavesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := &thrown{Store: memory.New()}
		c := &crew{}
		rt, end, err := durable.Temporary(t.Context(), st, c.executor(), durable.Config{
			Flows: durable.Flows(compensating, steps, napping), Log: quiet,
		})
		require.NoError(t, err)
		quick := begin(t, rt, steps, "quick", 3)
		_, err = quick.Result(t.Context())
		require.NoError(t, err)
		_ = begin(t, rt, compensating, "waits", "receive")
		_ = begin(t, rt, napping, "sleeps", time.Hour)
		_ = begin(t, rt, napping, "later", time.Hour, durable.WithDelay(time.Hour))
		time.Sleep(time.Minute) // synctest
		began := time.Now()
		require.NoError(t, end())
		require.Zero(t, time.Since(began))
		require.Equal(t, 3+2, c.count(), "what was begun is compensated")
		require.Equal(t, 1, st.removed)
		_, err = st.List(t.Context(), store.Query{})
		require.ErrorIs(t, err, store.ErrClosed)
		require.NoError(t, end())
		require.Equal(t, 1, st.removed)
	})
}

func TestATemporaryRuntimeEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := &thrown{Store: memory.New()}
		c := slow(st.Store, 24*time.Hour)
		c.do = func(context.Context, work) (string, error) { return "", pause(context.Background(), 10*time.Minute) }
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		rt, end, err := durable.Temporary(ctx, st, c.executor(), durable.Config{Flows: durable.Flows(steps), Log: quiet})
		require.NoError(t, err)
		_ = begin(t, rt, steps, "stubborn", 1)
		synctest.Wait()
		require.ErrorIs(t, end(), context.DeadlineExceeded)
		require.Equal(t, 1, st.removed)
		time.Sleep(time.Hour) // synctest
	})
}

func TestATemporaryRuntimeThatCannotBeOpenedLeavesNothingEither(t *testing.T) {
	t.Parallel()
	st := &thrown{Store: memory.New()}
	_, _, err := durable.Temporary(t.Context(), st, nil, durable.Config{})
	require.ErrorContains(t, err, "the executor is nil")
	require.Equal(t, 1, st.removed)
	_, _, err = durable.Temporary(t.Context(), nil, (&crew{}).executor(), durable.Config{})
	require.Error(t, err)
	require.NotErrorIs(t, err, store.ErrClosed)
}
