package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/postgres"
)

// completed is the write by which a life ends.
func completed(r store.Run) store.Write {
	state := r.State
	state.Status, state.Finished, state.Due = store.Completed, time.Now(), time.Time{}
	state.Result = store.Payload{Codec: "json", Data: []byte(`"done"`)}
	return store.Write{Run: r.ID, Epoch: r.Epoch, State: &state, Revision: r.Revision, Release: true}
}

func TestWhoEndsWithOthersIsRefusedAlone(t *testing.T) {
	t.Parallel()
	s := open(t, postgres.Config{})
	runs := leased(t, s, "f", "e", "d", "c", "b", "a")
	finished := completed(runs[4])
	commit(t, s, finished)
	behind, fenced, nobody := completed(runs[1]), completed(runs[2]), completed(runs[0])
	behind.Revision--
	fenced.Epoch++
	nobody.Run = "nobody"
	good := completed(runs[0])
	good.Published = []byte("news")
	good.Records = step(runs[0], 2).Records
	late := step(runs[4], 1)
	var told []store.Notice
	defer s.Watch(func(n store.Notice) { told = append(told, n) })()

	errs, err := s.Commit(t.Context(), []store.Write{
		good, behind, fenced, step(runs[3], 1), late, nobody, completed(runs[5]),
	})
	require.NoError(t, err)
	for i, want := range []error{nil, store.ErrChanged, store.ErrFenced, nil, store.ErrFinished, store.ErrNotFound, nil} {
		require.ErrorIs(t, errs[i], want, i)
	}
	h, err := s.Load(t.Context(), "f", store.Mark{})
	require.NoError(t, err)
	require.Equal(t, store.Completed, h.Run.Status)
	require.Equal(t, `"done"`, string(h.Run.Result.Data))
	require.Equal(t, "news", string(h.Run.Published))
	require.Equal(t, store.Lease{Epoch: runs[0].Epoch, Revision: runs[0].Revision + 1}, h.Run.Lease)
	require.Equal(t, []int64{2}, numbers(t, s, "f"))
	require.Equal(t, []int64{1}, numbers(t, s, "c"))
	for _, run := range []string{"e", "d", "c"} {
		h, err := s.Load(t.Context(), run, store.Mark{})
		require.NoError(t, err)
		require.Equal(t, store.Running, h.Run.Status, run)
	}
	require.ElementsMatch(t, []store.Notice{
		{Run: "f", Status: store.Completed, Revision: runs[0].Revision + 1, Freed: true},
		{Run: "a", Status: store.Completed, Revision: runs[5].Revision + 1, Freed: true},
	}, told)
}

func TestAnEndThatIsRepeatedAppendsNothingTwice(t *testing.T) {
	t.Parallel()
	s := open(t, postgres.Config{})
	runs := leased(t, s, "a", "b")
	commit(t, s, step(runs[0], 1))
	end := completed(runs[0])
	end.Records = append(step(runs[0], 1).Records, step(runs[0], 2).Records...)
	writes := []store.Write{end, step(runs[1], 1)}
	commit(t, s, writes...)
	require.Equal(t, []int64{1, 2}, numbers(t, s, "a"))
	errs, err := s.Commit(t.Context(), writes)
	require.NoError(t, err)
	require.ErrorIs(t, errs[0], store.ErrFinished)
	require.NoError(t, errs[1])
	require.Equal(t, []int64{1, 2}, numbers(t, s, "a"))
	require.Equal(t, []int64{1}, numbers(t, s, "b"))
}

// The handler of another run may be at work in a transaction that has recorded a step of it.
func TestAnEndDoesNotWaitForTransactionsOfHandlers(t *testing.T) {
	t.Parallel()
	s := open(t, postgres.Config{})
	runs := leased(t, s, "a", "b")
	tx, err := s.Pool().Begin(t.Context())
	require.NoError(t, err)
	defer func() { _ = tx.Rollback(t.Context()) }()
	within, err := s.Within(tx)
	require.NoError(t, err)
	_, err = within.Commit(t.Context(), []store.Write{step(runs[0], 1)})
	require.NoError(t, err)

	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // it would wait for ever
	defer cancel()
	errs, err := s.Commit(ctx, []store.Write{step(runs[0], 2), completed(runs[1])})
	require.NoError(t, err)
	require.Empty(t, errs)
	require.NoError(t, tx.Commit(t.Context()))
	require.Equal(t, []int64{1, 2}, numbers(t, s, "a"))
}
