package durable_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// dayAndNight notes, sleeps and notes again.
var dayAndNight = durable.Define("day and night", func(y actions.Yield, night time.Duration) (string, error) {
	if err := orchestrate.Tell(y, note{Text: "day"}); err != nil {
		return "", err
	}
	if err := orchestrate.Tell(y, actions.Sleep{For: night}); err != nil {
		return "", err
	}
	return "over", orchestrate.Tell(y, note{Text: "night"})
})

// heavy is an action that takes a quarter of an hour, whatever becomes of its context.
type heavy struct{ actions.Returns[actions.Void] }

func heavyHandler(begun *atomic.Int64) executor.Handler {
	return executor.OnVoid(func(context.Context, heavy) error {
		begun.Add(1)
		<-time.After(15 * time.Minute)
		return nil
	})
}

func TestAPausedRunDoesNothingUntilItIsResumed(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(dayAndNight), func(t *testing.T, h *house) {
		for name, unloaded := range map[string]time.Duration{"loaded": 0, "unloaded": time.Minute} {
			h.diary = nil
			began := time.Now()
			run := launch(t, h, dayAndNight, time.Hour, durable.WithID(name))
			synctest.Wait()
			synctestSleep(unloaded)
			require.NoError(t, run.Pause(t.Context(), "an incident"))
			require.Equal(t, durable.Paused, h.status(t, name))
			m, err := run.Metadata(t.Context())
			require.NoError(t, err)
			require.Equal(t, "an incident", m.Reason)
			require.Empty(t, m.Owner)
			require.Zero(t, m.Due)
			synctestSleep(3 * time.Hour)
			require.Equal(t, durable.Paused, h.status(t, name))
			require.Equal(t, []string{"day"}, h.written())
			require.NoError(t, run.Resume(t.Context()))
			require.Equal(t, "over", result(t, run))
			require.Equal(t, 3*time.Hour+unloaded, since(began), "the night was over long ago")
			require.Equal(t, []string{"day", "night"}, h.written())
		}
	})
}

func TestATimerThatHasNotEndedGoesOnAfterAPause(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(dayAndNight), func(t *testing.T, h *house) {
		began := time.Now()
		run := launch(t, h, dayAndNight, time.Hour, durable.WithID("a"))
		synctestSleep(time.Minute)
		require.NoError(t, run.Pause(t.Context(), ""))
		synctestSleep(time.Minute)
		require.NoError(t, run.Resume(t.Context()))
		require.Equal(t, "over", result(t, run))
		require.Equal(t, time.Hour, since(began))
	})
}

func TestWhatIsUnderWayComesToItsEndAndNothingBeginsAfterIt(t *testing.T) {
	t.Parallel()
	var begun atomic.Int64
	flow := durable.Define("f", func(y actions.Yield, _ string) (string, error) {
		if err := orchestrate.Tell(y, heavy{}); err != nil {
			return "", err
		}
		return "done", orchestrate.Tell(y, note{Text: "after"})
	})
	inHouse(t, durable.Flows(flow), func(t *testing.T, h *house) {
		run := launch(t, h, flow, "", durable.WithID("a"))
		synctest.Wait()
		require.NoError(t, run.Pause(t.Context(), "slowly"))
		require.Equal(t, durable.Paused, h.status(t, "a"))
		m, err := run.Metadata(t.Context())
		require.NoError(t, err)
		require.NotEmpty(t, m.Owner, "its step is under way")
		synctestSleep(15 * time.Minute) // longer than a lease
		require.Equal(t, durable.Paused, h.status(t, "a"))
		require.Empty(t, rowOf(t, h.store, "a").Owner)
		steps, err := run.Steps(t.Context())
		require.NoError(t, err)
		require.Len(t, steps, 1)
		require.Empty(t, h.written())
		require.NoError(t, run.Resume(t.Context()))
		require.Equal(t, "done", result(t, run))
		require.Equal(t, []string{"after"}, h.written())
		require.EqualValues(t, 1, begun.Load())
	}, heavyHandler(&begun))
}

func TestARunThatIsResumedBeforeItsStepHasEndedGoesOn(t *testing.T) {
	t.Parallel()
	var begun atomic.Int64
	flow := durable.Define("f", func(y actions.Yield, _ string) (string, error) {
		return "done", orchestrate.Tell(y, heavy{})
	})
	inHouse(t, durable.Flows(flow), func(t *testing.T, h *house) {
		run := launch(t, h, flow, "", durable.WithID("a"))
		synctest.Wait()
		require.NoError(t, run.Pause(t.Context(), ""))
		require.NoError(t, run.Resume(t.Context()))
		require.Equal(t, durable.Running, h.status(t, "a"))
		require.Equal(t, "done", result(t, run))
		require.EqualValues(t, 1, begun.Load())
	}, heavyHandler(&begun))
}

func TestARunThatIsPausedBeforeItsTimeIsStartedAtItsTime(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(dayAndNight), func(t *testing.T, h *house) {
		began := time.Now()
		run := launch(t, h, dayAndNight, 0, durable.WithID("a"), durable.WithDelay(time.Hour))
		require.NoError(t, run.Pause(t.Context(), "one"))
		require.NoError(t, run.Pause(t.Context(), "two"), "with another reason")
		require.Equal(t, "two", rowOf(t, h.store, "a").Reason)
		require.NoError(t, run.Resume(t.Context()))
		require.Equal(t, durable.Pending, h.status(t, "a"))
		require.Empty(t, rowOf(t, h.store, "a").Reason)
		require.Equal(t, "over", result(t, run))
		require.Equal(t, time.Hour, since(began))
	})
}

func TestEventsAreKeptForAPausedRun(t *testing.T) {
	t.Parallel()
	flow := durable.Define("f", func(y actions.Yield, _ string) (string, error) {
		return orchestrate.Do(y, actions.Receive[string]{Name: "e"})
	})
	inHouse(t, durable.Flows(flow), func(t *testing.T, h *house) {
		run := launch(t, h, flow, "", durable.WithID("a"))
		synctestSleep(time.Minute)
		require.NoError(t, run.Pause(t.Context(), ""))
		require.NoError(t, h.Send(t.Context(), "a", "e", "hello"))
		require.Equal(t, durable.Paused, h.status(t, "a"))
		require.NoError(t, run.Resume(t.Context()))
		require.Equal(t, "hello", result(t, run))
	})
}

// saved sleeps for an hour, and notes that it was kept from it.
var saved = durable.Define("saved", func(y actions.Yield, _ string) (string, error) {
	if err := orchestrate.Tell(y, actions.Sleep{For: time.Hour}); err != nil {
		_, undone := orchestrate.Shield(y, func(y actions.Yield) (actions.Void, error) {
			if err := orchestrate.Tell(y, note{Text: "undo"}); err != nil {
				return actions.Void{}, err
			}
			if err := orchestrate.Tell(y, actions.Sleep{For: time.Minute}); err != nil {
				return actions.Void{}, err
			}
			return actions.Void{}, orchestrate.Tell(y, note{Text: "undone"})
		})
		if undone != nil {
			return "", undone
		}
		return "", err
	}
	return "slept", nil
})

func TestAPausedRunIsCancelledAtOnce(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(saved), func(t *testing.T, h *house) {
		run := launch(t, h, saved, "", durable.WithID("a"))
		synctestSleep(time.Minute)
		require.NoError(t, run.Pause(t.Context(), ""))
		synctestSleep(time.Minute)
		cancelled, err := run.Cancel(t.Context(), "enough")
		require.NoError(t, err)
		require.True(t, cancelled)
		_, err = run.Result(t.Context())
		require.EqualError(t, err, `run "a" was cancelled: enough`)
		require.Equal(t, []string{"undo", "undone"}, h.written())
		require.Zero(t, rowOf(t, h.store, "a").Result)
	})
}

func TestACompensationCanBePaused(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(saved), func(t *testing.T, h *house) {
		run := launch(t, h, saved, "", durable.WithID("a"))
		synctestSleep(time.Minute)
		_, err := run.Cancel(t.Context(), "enough")
		require.NoError(t, err)
		synctestSleep(time.Second)
		require.Equal(t, []string{"undo"}, h.written())
		require.NoError(t, run.Pause(t.Context(), "not now"))
		synctestSleep(time.Hour)
		require.Equal(t, durable.Paused, h.status(t, "a"))
		cancelled, err := run.Cancel(t.Context(), "again")
		require.NoError(t, err)
		require.False(t, cancelled)
		require.Equal(t, durable.Paused, h.status(t, "a"))
		require.NoError(t, run.Resume(t.Context()))
		_, err = run.Result(t.Context())
		require.EqualError(t, err, `run "a" was cancelled: enough`)
		require.Equal(t, []string{"undo", "undone"}, h.written())
	})
}

func TestADeadlineEndsAPause(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(saved), func(t *testing.T, h *house) {
		began := time.Now()
		run := launch(t, h, saved, "", durable.WithID("a"), durable.WithTimeLimit(10*time.Minute))
		synctestSleep(time.Minute)
		require.NoError(t, run.Pause(t.Context(), ""))
		synctestSleep(9*time.Minute + time.Second)
		require.Equal(t, []string{"undo"}, h.written())
		require.NoError(t, run.Pause(t.Context(), "that, too"))
		synctestSleep(time.Hour)
		require.Equal(t, durable.Paused, h.status(t, "a"))
		require.NoError(t, run.Resume(t.Context()))
		_, err := run.Result(t.Context())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, []string{"undo", "undone"}, h.written())
		require.GreaterOrEqual(t, since(began), time.Hour)
	})
}

func TestAPausedRunOfADeadProcessStaysPaused(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(dayAndNight), func(t *testing.T, h *house) {
		h.close(t)
		launch(t, h, dayAndNight, 0, durable.WithID("a"))
		_, err := h.store.Claim(t.Context(), store.Claim{
			Owner: "dead", Lease: time.Minute, Max: 1, Flows: []string{dayAndNight.Name()},
		})
		require.NoError(t, err)
		require.NoError(t, h.Pause(t.Context(), "a", "over night"))
		h.open(t)
		synctestSleep(time.Hour)
		row := rowOf(t, h.store, "a")
		require.Equal(t, store.Paused, row.Status)
		require.Equal(t, "over night", row.Reason)
		require.Empty(t, row.Owner)
		require.EqualValues(t, 2, row.Epoch, "it was claimed once, and left alone")
		require.Empty(t, h.written())
		require.NoError(t, h.Resume(t.Context(), "a"))
		require.Equal(t, "over", result(t, durable.Attach[string](h, "a")))
	})
}

func TestAPausedRunStaysSoWhenItsRuntimeIsClosed(t *testing.T) {
	t.Parallel()
	flow := durable.Define("f", func(y actions.Yield, _ string) (string, error) {
		return "done", orchestrate.Tell(y, toil{Name: "hard"})
	})
	inHouse(t, durable.Flows(flow), func(t *testing.T, h *house) {
		run := launch(t, h, flow, "", durable.WithID("a"))
		synctest.Wait()
		require.NoError(t, run.Pause(t.Context(), ""))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorContains(t, h.Close(ctx), "1 runs were interrupted")
		row := rowOf(t, h.store, "a")
		require.Equal(t, store.Paused, row.Status)
		require.Empty(t, row.Owner)
		h.open(t)
		synctestSleep(time.Hour)
		require.Equal(t, []string{"begin hard"}, h.written())
	})
}

func TestABlockedRunIsTriedAgainWhenItIsResumed(t *testing.T) {
	t.Parallel()
	var code atomic.Value
	flow := durable.Define("f", func(y actions.Yield, _ string) (string, error) {
		if err := orchestrate.Tell(y, note{Text: code.Load().(string)}); err != nil {
			return "", err
		}
		return "done", orchestrate.Tell(y, actions.Sleep{For: time.Hour})
	})
	inHouse(t, durable.Flows(flow), func(t *testing.T, h *house) {
		code.Store("old")
		run := launch(t, h, flow, "", durable.WithID("a"))
		synctestSleep(time.Minute)
		code.Store("new")
		synctestSleep(time.Hour)
		require.Equal(t, durable.Blocked, h.status(t, "a"))
		require.NoError(t, run.Resume(t.Context()))
		require.Equal(t, durable.Blocked, h.status(t, "a"), "it still does not fit")
		require.NoError(t, run.Pause(t.Context(), "leave it"))
		h.close(t)
		code.Store("old")
		h.open(t)
		require.Equal(t, durable.Paused, h.status(t, "a"), "which tries only those that are blocked")
		require.NoError(t, run.Resume(t.Context()))
		require.Equal(t, "done", result(t, run))
		require.Equal(t, []string{"old"}, h.written())
	})
}

func TestARunThatContinuesAsNewStaysPaused(t *testing.T) {
	t.Parallel()
	var begun atomic.Int64
	flow := durable.Define("f", func(y actions.Yield, n int) (string, error) {
		if n == 1 {
			return "done", nil
		}
		if err := orchestrate.Tell(y, heavy{}); err != nil {
			return "", err
		}
		return "", durable.ContinueAsNew(n + 1)
	})
	inHouse(t, durable.Flows(flow), func(t *testing.T, h *house) {
		run := launch(t, h, flow, 0, durable.WithID("a"))
		synctest.Wait()
		require.NoError(t, run.Pause(t.Context(), ""))
		synctestSleep(15 * time.Minute)
		require.Equal(t, durable.Paused, h.status(t, "a"))
		require.NoError(t, run.Resume(t.Context()))
		require.Equal(t, "done", result(t, run))
		require.EqualValues(t, 1, begun.Load())
	}, heavyHandler(&begun))
}
