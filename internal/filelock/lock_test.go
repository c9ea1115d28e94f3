package filelock_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/filelock"
)

func TestALockIsTakenOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	f, err := filelock.Take(filelock.At(path))
	require.NoError(t, err)
	_, err = filelock.Take(filelock.At(path))
	require.ErrorIs(t, err, store.ErrInUse)
	require.ErrorContains(t, err, "this one")
	require.NoError(t, filelock.Release(f))
	f, err = filelock.Take(filelock.At(path))
	require.NoError(t, err)
	require.NoError(t, filelock.Release(f))
}

// Somebody removes the file after it was opened, before it is locked: another process might lock the one that is made
// then.
func TestALockOnAFileThatWasRemovedIsNone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lock")
	p := filelock.At(path)
	opened := 0
	f, err := filelock.Take(filelock.Place{Stat: p.Stat, Open: func() (*os.File, error) {
		f, err := p.Open()
		if opened++; opened == 1 {
			require.NoError(t, os.Remove(path))
		}
		return f, err
	}})
	require.NoError(t, err)
	require.Equal(t, 2, opened)
	_, err = filelock.Take(p)
	require.ErrorIs(t, err, store.ErrInUse)
	require.NoError(t, filelock.Release(f))
}
