package durable_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/orchestrate"
)

// trip books, does something that takes long, and unbooks if that fails.
var trip = durable.Define("trip", func(y actions.Yield, then string) (string, error) {
	return orchestrate.Saga(y, func(y actions.Yield, undo *orchestrate.Undo) (string, error) {
		if _, err := orchestrate.Undoable(y, undo, note{Text: "book"}, note{Text: "unbook"}); err != nil {
			return "", err
		}
		var err error
		switch then {
		case "work":
			err = orchestrate.Tell(y, toil{Name: "travel"})
		case "sleep":
			err = orchestrate.Tell(y, actions.Sleep{For: 1000 * time.Hour})
		case "receive":
			_, err = orchestrate.Do(y, actions.Receive[int]{Name: "never"})
		}
		return "home", err
	})
})

func TestACancelStopsTheWorkAndCompensates(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(trip), func(t *testing.T, h *house) {
		run := launch(t, h, trip, "work", durable.WithID("a"))
		synctest.Wait()
		require.Equal(t, []string{"book", "begin travel"}, h.written())
		start := time.Now()
		cancelled, err := run.Cancel(t.Context(), "rain")
		require.NoError(t, err)
		require.True(t, cancelled)
		_, err = run.Result(t.Context())
		require.Zero(t, since(start), "at once")
		require.EqualError(t, err, `run "a" was cancelled: rain`)
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, []string{"book", "begin travel", "unbook"}, h.written())
		require.Len(t, h.ends, 1)
		var cause *durable.CancelledError
		require.ErrorAs(t, h.ends[0], &cause, "the handler can see who did it")
		require.Equal(t, "rain", cause.Reason)
		require.Equal(t, durable.Cancelled, h.status(t, "a"))
		_, err = run.Cancel(t.Context(), "rain")
		require.ErrorIs(t, err, durable.ErrFinished)
	})
}

func TestARunThatWaitsUnloadedIsCancelledToo(t *testing.T) {
	t.Parallel()
	for _, then := range []string{"sleep", "receive"} {
		t.Run(then, func(t *testing.T) {
			t.Parallel()
			inHouse(t, durable.Flows(trip), func(t *testing.T, h *house) {
				run := launch(t, h, trip, then, durable.WithID("a"))
				synctestSleep(time.Hour)
				require.Equal(t, durable.Waiting, h.status(t, "a"))
				start := time.Now()
				cancelled, err := durable.NewClient(h.store).Cancel(t.Context(), "a", "rain")
				require.NoError(t, err)
				require.True(t, cancelled)
				_, err = run.Result(t.Context())
				require.EqualError(t, err, `run "a" was cancelled: rain`)
				require.Zero(t, since(start))
				require.Equal(t, []string{"book", "unbook"}, h.written())
			})
		})
	}
}

// stubborn does not care that it is cancelled.
var stubborn = durable.Define("stubborn", func(y actions.Yield, fail bool) (string, error) {
	_ = orchestrate.Tell(y, toil{Name: "on"})
	_, err := orchestrate.Shield(y, func(y actions.Yield) (actions.Void, error) {
		return actions.Void{}, orchestrate.Tell(y, note{Text: "and on"})
	})
	if fail {
		return "", errors.New("out of ink")
	}
	return "written", err
})

func TestACancelledRunStaysCancelledWhateverItReturns(t *testing.T) {
	t.Parallel()
	for fail, want := range map[bool]string{
		false: `run "a" was cancelled: enough`, true: `run "a" was cancelled: enough: out of ink`,
	} {
		inHouse(t, durable.Flows(stubborn), func(t *testing.T, h *house) {
			run := launch(t, h, stubborn, fail, durable.WithID("a"))
			synctest.Wait()
			_, err := run.Cancel(t.Context(), "enough")
			require.NoError(t, err)
			out, err := run.Result(t.Context())
			require.EqualError(t, err, want)
			require.Empty(t, out)
			require.Equal(t, durable.Cancelled, h.status(t, "a"))
			require.Equal(t, []string{"begin on", "and on"}, h.written())
		})
	}
}

func TestADelayedRunIsNeverStartedOnceItIsCancelled(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(trip), func(t *testing.T, h *house) {
		run := launch(t, h, trip, "", durable.WithDelay(time.Hour))
		_, err := run.Cancel(t.Context(), "rain")
		require.NoError(t, err)
		synctestSleep(2 * time.Hour)
		require.Equal(t, durable.Cancelled, h.status(t, run.ID()))
		require.Empty(t, h.written())
	})
}

func TestADeadlineEndsTheWorkAndTheRunFails(t *testing.T) {
	t.Parallel()
	for _, then := range []string{"work", "sleep", "receive"} {
		t.Run(then, func(t *testing.T) {
			t.Parallel()
			inHouse(t, durable.Flows(trip), func(t *testing.T, h *house) {
				start := time.Now()
				run := launch(t, h, trip, then, durable.WithDelay(time.Minute), durable.WithTimeLimit(time.Hour))
				_, err := run.Result(t.Context())
				var failed *durable.RunError
				require.ErrorAs(t, err, &failed)
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.Equal(t, 61*time.Minute, since(start))
				require.Equal(t, durable.Failed, h.status(t, run.ID()))
				written := h.written()
				require.Equal(t, "unbook", written[len(written)-1], "it compensates, under a shield")
			})
		})
	}
}

func TestARunThatHasAResultDespiteItsDeadlineIsCompleted(t *testing.T) {
	t.Parallel()
	heedless := durable.Func("heedless", func(ctx context.Context, in string) (string, error) {
		<-ctx.Done()
		return in, nil
	})
	inHouse(t, durable.Flows(heedless), func(t *testing.T, h *house) {
		run := launch(t, h, heedless, "late", durable.WithTimeLimit(time.Hour))
		require.Equal(t, "late", result(t, run))
		require.Equal(t, durable.Completed, h.status(t, run.ID()))
	})
}
