package durable_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/orchestrate"
)

// long takes a while.
var long = durable.Define("long", func(y actions.Yield, d time.Duration) (string, error) {
	return "done", orchestrate.Tell(y, actions.Sleep{For: d})
})

func TestAResultIsKeptForItsRetentionAfterTheEnd(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(long), func(t *testing.T, h *house) {
		run := launch(t, h, long, 5*time.Hour, durable.WithRetention(time.Hour))
		forever := launch(t, h, long, time.Hour, durable.WithRetention(durable.Forever))
		require.Equal(t, "done", result(t, run), "however long it took")
		m, err := run.Metadata(t.Context())
		require.NoError(t, err)
		require.Equal(t, time.Hour, m.Expires.Sub(m.Finished))
		synctestSleep(59 * time.Minute)
		require.Equal(t, "done", result(t, run))
		synctestSleep(3 * time.Minute) // and nobody calls Sweep
		_, err = run.Result(t.Context())
		require.ErrorIs(t, err, durable.ErrNotFound)
		require.Equal(t, "done", result(t, forever))
		m, err = forever.Metadata(t.Context())
		require.NoError(t, err)
		require.Zero(t, m.Expires)
		require.True(t, launch(t, h, long, time.Second, durable.WithID(run.ID())).New(), "the ID is free again")
	})
}

func TestTheRetentionOfTheRuntimeCountsIfARunHasNone(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(long), func(t *testing.T, h *house) {
		h.close(t)
		h.config.Retention = 5 * time.Minute
		h.open(t)
		run := launch(t, h, long, time.Hour)
		result(t, run)
		m, err := run.Metadata(t.Context())
		require.NoError(t, err)
		require.Equal(t, 5*time.Minute, m.Expires.Sub(m.Finished))
	})
}

func TestARuntimeSweepsWhenItIsOpenedOrNeverIfItIsTold(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(long), func(t *testing.T, h *house) {
		run := launch(t, h, long, time.Second, durable.WithRetention(time.Second))
		require.Equal(t, "done", result(t, run))
		h.close(t)
		synctestSleep(time.Hour)
		h.config.SweepEvery = -1
		h.open(t)
		synctestSleep(time.Hour)
		require.Equal(t, durable.Completed, h.status(t, run.ID()))
		h.close(t)
		h.config.SweepEvery = 1000 * time.Hour
		h.open(t)
		synctest.Wait()
		_, err := durable.Attach[string](h, run.ID()).Status(t.Context())
		require.ErrorIs(t, err, durable.ErrNotFound)
	})
}
