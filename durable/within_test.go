package durable_test

import (
	"database/sql"
	"errors"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/durable/store/sqlite"
)

// sqliteStore is a store in a file.
func sqliteStore(t *testing.T) *sqlite.Store {
	t.Helper()
	st, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "baton.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, st.Close()) })
	return st
}

func TestWhatAClientDoesWithinATransactionIsThereIfThatIsCommitted(t *testing.T) {
	t.Parallel()
	for name, commit := range map[string]bool{"committed": true, "rolled back": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, st := t.Context(), sqliteStore(t)
			client := durable.NewClient(st, durable.Codec(codec.Gob()))
			waits := begin(t, client, buy, "waits", order{"tea", 1})
			ends := begin(t, client, buy, "ends", order{"tea", 1})

			tx, err := st.DB().BeginTx(ctx, nil)
			require.NoError(t, err)
			within, err := client.Within(tx)
			require.NoError(t, err)
			require.NoError(t, within.Send(ctx, "waits", "go", 1))
			cancelled, err := within.Cancel(ctx, "ends", "no more tea")
			require.NoError(t, err)
			require.True(t, cancelled)
			begun, err := buy.Start(ctx, within, order{"coffee", 1}, durable.WithID("begun"))
			require.NoError(t, err)
			require.True(t, begun.New())
			status, err := ends.Status(ctx)
			require.NoError(t, err)
			require.Equal(t, durable.Pending, status, "not yet")
			end, status, found := tx.Rollback, durable.Pending, durable.ErrNotFound
			if commit {
				end, status, found = tx.Commit, durable.Cancelled, nil
			}
			require.NoError(t, end())

			got, err := ends.Status(ctx)
			require.NoError(t, err)
			require.Equal(t, status, got)
			_, err = buy.Attach(client, "begun").Status(ctx)
			require.ErrorIs(t, err, found)
			h, err := st.Load(ctx, waits.ID(), store.Mark{})
			require.NoError(t, err)
			if !commit {
				require.Empty(t, h.Messages)
				return
			}
			require.Len(t, h.Messages, 1)
			require.Equal(t, "gob", h.Messages[0].Payload.Codec, "the client's codec")
		})
	}
}

func TestOnlyATransactionOfTheStoreIsOneToBeWithin(t *testing.T) {
	t.Parallel()
	client := durable.NewClient(sqliteStore(t))
	for _, tx := range []any{nil, (*sql.Tx)(nil), 7} {
		_, err := client.Within(tx)
		require.Error(t, err)
	}
	_, err := durable.NewClient(memory.New()).Within(7)
	require.ErrorIs(t, err, errors.ErrUnsupported)
}
