package durable_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/orchestrate"
)

// packing tells how far it has come, and what is in the box.
var packing = durable.Define("packing", func(y actions.Yield, things []string) (int, error) {
	for i, thing := range things {
		if err := orchestrate.Tell(y, note{Text: thing}); err != nil {
			return i, err
		}
		progress := actions.Progress{Done: int64(i + 1), Total: int64(len(things)), Message: thing}
		if err := orchestrate.Tell(y, progress); err != nil {
			return i, err
		}
		if err := orchestrate.Tell(y, actions.Publish{Name: "box", Value: things[:i+1]}); err != nil {
			return i, err
		}
		if _, err := orchestrate.Do(y, actions.Receive[int]{Name: "next"}); err != nil {
			return i, err
		}
	}
	return len(things), nil
})

func TestWhatARunTellsCanBeReadAtAnyTime(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(packing), func(t *testing.T, h *house) {
		run := launch(t, h, packing, []string{"cup", "lid"})
		reader := durable.Attach[int](durable.NewClient(h.store), run.ID())
		read := func() (durable.Progress, []string) {
			p, err := reader.Progress(t.Context())
			require.NoError(t, err)
			var box []string
			found, err := reader.Published(t.Context(), "box", &box)
			require.NoError(t, err)
			require.True(t, found)
			p.At = time.Time{}
			return p, box
		}
		synctestSleep(time.Hour)
		p, box := read()
		require.Equal(t, durable.Progress{Done: 1, Total: 2, Message: "cup"}, p)
		require.Equal(t, []string{"cup"}, box)
		require.NoError(t, h.Send(t.Context(), run.ID(), "next", 0))
		synctestSleep(time.Hour)
		p, box = read()
		require.Equal(t, durable.Progress{Done: 2, Total: 2, Message: "lid"}, p)
		require.Equal(t, []string{"cup", "lid"}, box)

		h.close(t)
		h.open(t)
		require.NoError(t, h.Send(t.Context(), run.ID(), "next", 0))
		require.Equal(t, 2, result(t, reader))
		p, box = read()
		require.EqualValues(t, 2, p.Done, "also when it has ended")
		require.Equal(t, []string{"cup", "lid"}, box)
		require.Equal(t, []string{"cup", "lid"}, h.written(), "nothing was done twice")
	})
}

func TestAFunctionReportsItsProgress(t *testing.T) {
	t.Parallel()
	counting := durable.Func("counting", func(ctx context.Context, n int64) (int64, error) {
		for i := range n {
			if err := durable.ReportProgress(ctx, i+1, n, "counting"); err != nil {
				return 0, err
			}
			synctestSleep(time.Minute)
		}
		return n, nil
	})
	inHouse(t, durable.Flows(counting), func(t *testing.T, h *house) {
		run := launch(t, h, counting, 3)
		synctestSleep(90 * time.Second)
		p, err := run.Progress(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 2, p.Done)
		require.EqualValues(t, 3, p.Total)
		require.EqualValues(t, 3, result(t, run))
		p, err = run.Progress(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 3, p.Done)
		synctest.Wait()
	})
	require.Error(t, durable.ReportProgress(t.Context(), 1, 2, ""), "outside of a run")
}

func TestTheStepsOfARunTellWhatItDid(t *testing.T) {
	t.Parallel()
	inHouse(t, durable.Flows(trip), func(t *testing.T, h *house) {
		run := launch(t, h, trip, "", durable.WithID("a"))
		require.Equal(t, "home", result(t, run))
		failing := launch(t, h, trip, "work", durable.WithID("b"))
		synctest.Wait()
		_, err := failing.Cancel(t.Context(), "rain")
		require.NoError(t, err)
		_, err = failing.Result(t.Context())
		require.ErrorIs(t, err, context.Canceled)
		steps, err := failing.Steps(t.Context())
		require.NoError(t, err)
		require.Len(t, steps, 3)
		for i, want := range []string{"durable_test.note", "durable_test.toil", "durable_test.note"} {
			require.Equal(t, want, steps[i].Name)
			require.Equal(t, "step", steps[i].Kind)
			require.False(t, steps[i].Started.IsZero())
			require.False(t, steps[i].Finished.Before(steps[i].Started))
		}
		require.Equal(t, "0", steps[0].Path)
		require.JSONEq(t, `{"Text":"book"}`, string(steps[0].Action))
		require.Empty(t, steps[0].Result, "it has none")
		require.Empty(t, steps[0].Error)
		require.JSONEq(t, `{"Name":"travel"}`, string(steps[1].Action))
		require.Contains(t, steps[1].Error, `run "b" was cancelled: rain`)
		require.Empty(t, steps[1].Result)
	})
}
