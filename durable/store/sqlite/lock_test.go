package sqlite_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/sqlite"
	"github.com/baton-go/baton/internal/runstest"
)

func TestAStoreIsOpenedOnce(t *testing.T) {
	t.Parallel()
	p := path(t)
	s := openAt(t, p, sqlite.Config{})
	_, err := sqlite.Open(t.Context(), p)
	require.ErrorIs(t, err, store.ErrInUse)
	require.ErrorContains(t, err, p)
	require.ErrorContains(t, err, fmt.Sprintf("this one (pid %d) has it open already", os.Getpid()))

	link := filepath.Join(t.TempDir(), "link.db")
	require.NoError(t, os.Symlink(p, link))
	_, err = sqlite.Open(t.Context(), link)
	require.ErrorIs(t, err, store.ErrInUse)

	require.NoError(t, s.Close())
	leased(t, openAt(t, link, sqlite.Config{}), "r")
}

// childHold has a store open.
func childHold() {
	s, err := sqlite.Open(context.Background(), os.Args[1])
	runstest.Hold(s, err)
}

func TestASecondProcessIsToldWhoHasTheStore(t *testing.T) {
	t.Parallel()
	p := path(t)
	c := runstest.Holder(t, children.Command(t, "hold", p))
	_, err := sqlite.Open(t.Context(), p)
	require.ErrorIs(t, err, store.ErrInUse)
	require.ErrorContains(t, err, fmt.Sprintf("open store %q: %s (pid %d)", p, store.ErrInUse, c.Process.Pid))
	require.NoError(t, c.Process.Kill())
	require.Error(t, c.Wait())
}

func TestTheNextProcessTakesOverAtOnceWhatAKilledOneLeft(t *testing.T) {
	t.Parallel()
	p := path(t)
	c := runstest.Holder(t, children.Command(t, "hold", p))
	require.NoError(t, c.Process.Kill())
	require.Error(t, c.Wait())
	s := openAt(t, p, sqlite.Config{})
	h, err := s.Load(t.Context(), "r", store.Mark{})
	require.NoError(t, err)
	require.Equal(t, store.Running, h.Run.Status)
	require.Equal(t, store.Lease{Epoch: 1, Revision: 1}, h.Run.Lease)
	require.False(t, h.Run.Due.IsZero())
	require.Len(t, h.Records, 1)
	claimed := claim(t, s, 5)
	require.Len(t, claimed.Runs, 1)
	require.Equal(t, int64(2), claimed.Runs[0].Run.Epoch)
	require.Len(t, claimed.Runs[0].Records, 1)
	require.ErrorIs(t, tryCommit(t.Context(), s, step(h.Run, 2)), store.ErrFenced)
}

func TestALockFileThatCannotBeMadeIsAnError(t *testing.T) {
	t.Parallel()
	p := path(t)
	require.NoError(t, os.Mkdir(p+"-lock", 0o700))
	_, err := sqlite.Open(t.Context(), p)
	require.ErrorContains(t, err, p+"-lock")
	require.NotErrorIs(t, err, store.ErrInUse)
}
