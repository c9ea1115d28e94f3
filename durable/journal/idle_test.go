package journal_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/orchestrate"
)

// waiting runs a flow in the background that sleeps for an hour beside waiting for an event, until it does.
func waiting(ctx context.Context, t *testing.T) (j *journal.Journal, ended <-chan error) {
	t.Helper()
	j = begin(t, &memory{}, (&till{}).mux())
	done := make(chan error, 1)
	go func() {
		_, err := journal.Run(ctx, j, func(y actions.Yield) (any, error) {
			var event int
			return nil, orchestrate.Together(y,
				orchestrate.Into(nil, actions.Sleep{For: time.Hour}),
				orchestrate.Into(&event, actions.Receive[int]{Name: "go"}),
			)
		})
		done <- err
	}()
	synctest.Wait()
	return j, done
}

func TestAnUnloadedJournalTellsUntilWhenItsRunWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hour := time.Now().Add(time.Hour)
		j, ended := waiting(t.Context(), t)
		until, idle := j.Idle()
		require.True(t, idle)
		require.True(t, until.Equal(hour))
		require.True(t, j.Unload())
		require.ErrorIs(t, <-ended, journal.ErrUnloaded)
		until, idle = j.Idle()
		require.True(t, idle)
		require.True(t, until.Equal(hour))
	})
}

func TestAJournalThatHasStoppedHasNotSeenWhatComesAfter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		j, ended := waiting(t.Context(), t)
		j.Deliver(store.Message{Run: "r", Seq: 1, Name: "other"})
		require.True(t, j.Unload())
		j.Deliver(store.Message{Run: "r", Seq: 2, Name: "go"})
		require.EqualValues(t, 1, j.Seen(), "the run is to come back for the second one")
		<-ended
	})
}

func TestARunThatIsAboutToHearOfItsEndIsNotIdle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		j, ended := waiting(ctx, t)
		cancel()
		_, idle := j.Idle()
		require.False(t, idle)
		require.False(t, j.Unload())
		require.ErrorIs(t, <-ended, context.Canceled)
	})
}
