package postgres_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/baton-go/baton/durable/store/postgres"
	"github.com/baton-go/baton/internal/pgserver"
	"github.com/baton-go/baton/internal/runstest"
)

func TestRunsOutliveADiskOfTheServerThatIsFull(t *testing.T) {
	t.Parallel()
	pgserver.DSN(t) // or there is none

	dir, err := os.MkdirTemp("", "baton-full-") //nolint:usetesting // the name of a socket must be short
	require.NoError(t, err)
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=160m"); err != nil {
		require.NoError(t, os.Remove(dir))
		t.Skipf("a small disk cannot be mounted: %v", err)
	}
	t.Cleanup(func() { require.NoError(t, errors.Join(unix.Unmount(dir, unix.MNT_DETACH), os.Remove(dir))) })
	server, err := pgserver.StartIn(dir)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Close()) })
	s := openAt(t, server.DSN(), postgres.Config{})
	ballast := filepath.Join(dir, "ballast")
	runstest.Outlive(t, s, 1500, func() func() {
		fill(t, ballast)
		return func() {
			require.NoError(t, os.Remove(ballast))
			until(t, func() bool {
				_, err := s.Pool().Exec(t.Context(), "SELECT 1")
				if err != nil {
					_ = server.Restart() // it may have ended, be about to end, or come back by itself
				}
				return err == nil
			})
		}
	})
}

// fill writes to a file until the disk is full.
func fill(t *testing.T, name string) {
	t.Helper()
	f, err := os.Create(name)
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	for size := 1 << 20; size > 0; { // the last bytes, too
		if _, err := f.Write(make([]byte, size)); err != nil {
			require.ErrorIs(t, err, unix.ENOSPC)
			require.NotErrorIs(t, err, io.ErrShortWrite)
			size /= 2
		}
	}
}
