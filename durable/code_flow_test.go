package durable_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/orchestrate"
)

// letter is a flow of which the code changes: it writes a note, waits, and writes another.
func letter(first string) durable.Flow[int, string] {
	return durable.Define("letter", func(y actions.Yield, _ int) (string, error) {
		if err := orchestrate.Tell(y, note{Text: first}); err != nil {
			return "", err
		}
		if _, err := orchestrate.Do(y, actions.Receive[int]{Name: "go on"}); err != nil {
			return "", err
		}
		return first, orchestrate.Tell(y, note{Text: "bye"})
	})
}

func TestARunThatTheCodeDoesNotFitAnyMoreIsBlockedUntilItDoes(t *testing.T) {
	t.Parallel()
	old, changed := letter("hello"), letter("hi")
	inHouse(t, durable.Flows(old), func(t *testing.T, h *house) {
		launch(t, h, old, 1, durable.WithID("a"))
		synctestSleep(time.Minute)
		h.close(t)
		h.config.Flows = durable.Flows(changed)
		h.open(t)
		require.NoError(t, h.Send(t.Context(), "a", "go on", 1))
		run := durable.Attach[string](h, "a")
		_, err := run.Result(t.Context())
		var blocked *durable.BlockedError
		require.ErrorAs(t, err, &blocked)
		require.Contains(t, blocked.Reason, "hello")
		require.Contains(t, blocked.Reason, "hi")
		require.Equal(t, durable.Blocked, h.status(t, "a"))
		require.NoError(t, h.Send(t.Context(), "a", "other", 1), "it is kept for later")

		h.close(t)
		h.config.Flows = durable.Flows(old)
		h.open(t)
		require.Equal(t, durable.Completed, h.status(t, "a"))
		require.Equal(t, "hello", result(t, durable.Attach[string](h, "a")))
		require.Equal(t, []string{"hello", "bye"}, h.written(), "nothing was lost, and nothing done twice")
	})
}

func TestABlockedRunIsCancelledOnceTheCodeFits(t *testing.T) {
	t.Parallel()
	careful := func(first string) durable.Flow[int, string] {
		return durable.Define("careful", func(y actions.Yield, _ int) (string, error) {
			return orchestrate.Saga(y, func(y actions.Yield, undo *orchestrate.Undo) (string, error) {
				if _, err := orchestrate.Undoable(y, undo, note{Text: first}, note{Text: "undo"}); err != nil {
					return "", err
				}
				_, err := orchestrate.Do(y, actions.Receive[int]{Name: "go on"})
				return first, err
			})
		})
	}
	inHouse(t, durable.Flows(careful("hello")), func(t *testing.T, h *house) {
		launch(t, h, careful("hello"), 1, durable.WithID("a"))
		synctestSleep(time.Minute)
		h.close(t)
		h.config.Flows = durable.Flows(careful("hi"))
		h.open(t)
		require.NoError(t, h.Send(t.Context(), "a", "go on", 1))
		require.Equal(t, durable.Blocked, h.status(t, "a"))
		for i := range 2 {
			cancelled, err := h.Cancel(t.Context(), "a", "never mind")
			require.NoError(t, err)
			require.Equal(t, i == 0, cancelled)
			synctestSleep(time.Minute)
			require.Equal(t, durable.Blocked, h.status(t, "a"), "it cannot compensate")
		}
		m, err := durable.Attach[string](h, "a").Metadata(t.Context())
		require.NoError(t, err)
		require.Contains(t, m.Reason, "the code yielded", "why it is blocked")

		h.close(t)
		h.config.Flows = durable.Flows(careful("hello"))
		h.open(t)
		require.Equal(t, durable.Cancelled, h.status(t, "a"))
		_, err = durable.Attach[string](h, "a").Result(t.Context())
		require.EqualError(t, err, `run "a" was cancelled: never mind`)
		require.Equal(t, []string{"hello", "undo"}, h.written())
	})
}

func TestARunOfAnUnknownFlowWaitsForARuntimeThatKnowsIt(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(long), func(t *testing.T, h *house) {
		run, err := noting.Start(t.Context(), h, "hello")
		require.NoError(t, err)
		synctestSleep(time.Hour)
		require.Equal(t, durable.Pending, h.status(t, run.ID()))
		h.close(t)
		h.config.Flows = durable.Flows(long, noting)
		h.open(t)
		require.Equal(t, "hello", result(t, durable.Attach[string](h, run.ID())))
	})
}
