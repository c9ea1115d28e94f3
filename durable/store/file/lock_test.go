package file_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/file"
	"github.com/baton-go/baton/internal/runstest"
)

func TestAStoreIsOpenedOnce(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	s := openAt(t, dir)
	_, err := file.Open(t.Context(), dir)
	require.ErrorIs(t, err, store.ErrInUse)
	require.ErrorContains(t, err, dir)
	require.ErrorContains(t, err, fmt.Sprintf("this one (pid %d) has it open already", os.Getpid()))

	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(dir, link))
	_, err = file.Open(t.Context(), link)
	require.ErrorIs(t, err, store.ErrInUse)

	require.NoError(t, s.Close())
	leased(t, openAt(t, link), "r")
}

// childHold has a store open.
func childHold() {
	s, err := file.Open(context.Background(), os.Args[1])
	runstest.Hold(s, err)
}

func TestTheNextProcessTakesOverAtOnceWhatAKilledOneLeft(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	c := runstest.Holder(t, children.Command(t, "hold", dir))
	_, err := file.Open(t.Context(), dir)
	require.ErrorIs(t, err, store.ErrInUse)
	require.ErrorContains(t, err, fmt.Sprintf("open store %q: %s (pid %d)", dir, store.ErrInUse, c.Process.Pid))
	require.NoError(t, c.Process.Kill())
	require.Error(t, c.Wait())
	s := openAt(t, dir)
	h, err := s.Load(t.Context(), "r", store.Mark{})
	require.NoError(t, err)
	require.Equal(t, store.Running, h.Run.Status)
	require.Equal(t, store.Lease{Epoch: 1, Revision: 1}, h.Run.Lease)
	require.Len(t, h.Records, 1)
	claimed := claim(t, s, 5)
	require.Len(t, claimed.Runs, 1)
	require.Equal(t, int64(2), claimed.Runs[0].Run.Epoch)
	require.Len(t, claimed.Runs[0].Records, 1)
	require.ErrorIs(t, tryCommit(t.Context(), s, step(h.Run, 2)), store.ErrFenced)
}
