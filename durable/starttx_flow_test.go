package durable_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store/sqlite"
	"github.com/baton-go/baton/executor"
)

func TestARunIsPartOfTheCallersTransaction(t *testing.T) {
	t.Parallel()
	flow := durable.Define("flow", func(_ actions.Yield, n int) (int, error) { return n + 1, nil })
	st, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "baton.db"))
	require.NoError(t, err)
	defer st.Close()
	// It would take hours to find a run that it is not told of.
	rt, err := durable.Open(t.Context(), st, executor.NewMux(), durable.Config{
		Flows: durable.Flows(flow), Poll: time.Hour,
	})
	require.NoError(t, err)
	defer rt.Close(context.WithoutCancel(t.Context()))

	tx, err := st.DB().BeginTx(t.Context(), nil)
	require.NoError(t, err)
	h, err := flow.StartTx(t.Context(), rt, tx, 1, durable.WithID("kept"))
	require.NoError(t, err)
	require.True(t, h.New())
	_, err = flow.StartTx(t.Context(), rt, tx, 2, durable.WithID("kept"))
	require.ErrorIs(t, err, durable.ErrConflict, "what the transaction has not committed counts in it")
	again, err := flow.StartTx(t.Context(), rt, tx, 1, durable.WithID("kept"))
	require.NoError(t, err)
	require.False(t, again.New())
	_, err = h.Status(t.Context())
	require.ErrorIs(t, err, durable.ErrNotFound)
	require.NoError(t, tx.Commit())
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out, err := h.Result(ctx)
	require.NoError(t, err)
	require.Equal(t, 2, out)

	tx, err = st.DB().BeginTx(t.Context(), nil)
	require.NoError(t, err)
	h, err = flow.StartTx(t.Context(), rt, tx, 1, durable.WithID("dropped"))
	require.NoError(t, err)
	require.NoError(t, tx.Rollback())
	_, err = h.Result(ctx)
	require.ErrorIs(t, err, durable.ErrNotFound)
	_, err = flow.StartTx(t.Context(), rt, tx, 1)
	require.Error(t, err, "it is over")
	_, err = flow.StartTx(t.Context(), rt, st, 1)
	require.ErrorContains(t, err, "an *sql.Tx is wanted")
}
