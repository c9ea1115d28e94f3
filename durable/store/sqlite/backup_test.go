package sqlite_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store/sqlite"
)

func TestABackupIsAStore(t *testing.T) {
	t.Parallel()
	s := payments(t)
	run := leased(t, s, "r")[0]
	commit(t, s, step(run, 1))
	_, err := do(t.Context(), sqlite.Transact(s, payInto))
	require.NoError(t, err)
	to := path(t)
	require.NoError(t, s.Backup(t.Context(), to))
	commit(t, s, step(run, 2))
	files, err := os.ReadDir(filepath.Dir(to))
	require.NoError(t, err)
	require.Len(t, files, 1)

	restored := openAt(t, to, sqlite.Config{})
	require.Equal(t, []int64{1}, numbers(t, restored, "r"))
	require.Equal(t, 1, paid(t, restored))
	require.Len(t, claim(t, restored, 1).Runs, 1)
	require.Equal(t, []int64{1, 2}, numbers(t, s, "r"))
}

func TestABackupReplacesNothing(t *testing.T) {
	t.Parallel()
	s := open(t, sqlite.Config{})
	to := path(t)
	require.NoError(t, os.WriteFile(to, []byte("mine"), 0o600))
	require.ErrorIs(t, s.Backup(t.Context(), to), fs.ErrExist)
	data, err := os.ReadFile(to)
	require.NoError(t, err)
	require.Equal(t, "mine", string(data))
}

func TestABackupThatFailsLeavesNothing(t *testing.T) {
	t.Parallel()
	s := open(t, sqlite.Config{})
	leased(t, s, "r")
	to := path(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, s.Backup(ctx, to), context.Canceled)
	require.Error(t, s.Backup(t.Context(), filepath.Join(to, "none", "x.db")))
	files, err := os.ReadDir(filepath.Dir(to))
	require.NoError(t, err)
	require.Empty(t, files)
	require.NoError(t, os.WriteFile(to+"-partial", []byte("of a backup that was cut short"), 0o600))
	require.NoError(t, s.Backup(t.Context(), to))
}

func TestABackupHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	s := payments(t)
	run := leased(t, s, "r")[0]
	tx, err := s.DB().BeginTx(t.Context(), nil)
	require.NoError(t, err)
	_, err = payInto(t.Context(), tx, pay{})
	require.NoError(t, err)
	to := path(t)
	require.NoError(t, s.Backup(t.Context(), to)) // while somebody writes
	require.NoError(t, tx.Commit())
	commit(t, s, step(run, 1))
	require.Zero(t, paid(t, openAt(t, to, sqlite.Config{})))
}
