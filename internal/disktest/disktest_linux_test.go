package disktest_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/baton-go/baton/internal/disktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestPermissionsApplyToNobody(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "dir")
	require.NoError(t, os.Mkdir(dir, 0o500))
	disktest.AsNobody(t, dir, func() {
		require.ErrorIs(t, os.Mkdir(filepath.Join(dir, "sub"), 0o700), os.ErrPermission)
		require.NoError(t, os.Chmod(dir, 0o700))
		require.NoError(t, os.Mkdir(filepath.Join(dir, "sub"), 0o700))
	})
}

func TestASmallDiskIsFullSoon(t *testing.T) {
	t.Parallel()
	dir := disktest.Small(t, 1<<16)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "first"), make([]byte, 1<<15), 0o600))
	err := os.WriteFile(filepath.Join(dir, "second"), make([]byte, 1<<16), 0o600)
	require.ErrorIs(t, err, syscall.ENOSPC)
}
