package disktest

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// AsNobody calls f as somebody to whom permissions apply, who owns the directory and all that is in it. This holds for
// what f does itself, and not for other goroutines.
func AsNobody(tb testing.TB, dir string, f func()) {
	tb.Helper()
	if os.Getuid() != 0 {
		f()
		return
	}
	const nobody = 65534
	require.NoError(tb, filepath.Walk(dir, func(p string, _ fs.FileInfo, err error) error {
		require.NoError(tb, err)
		return os.Lchown(p, nobody, nobody)
	}))
	all := filepath.Clean(os.TempDir()) // where everybody's files are, and permissions are what they are
	for parent := filepath.Dir(dir); parent != "/" && parent != all; parent = filepath.Dir(parent) {
		require.NoError(tb, os.Chmod(parent, 0o755))
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	_, err := unix.SetfsuidRetUid(nobody)
	require.NoError(tb, err)
	defer func() {
		_, err := unix.SetfsuidRetUid(0)
		require.NoError(tb, err)
	}()
	f()
}

// Small is the directory of a disk that has room for so many bytes, for as long as the test runs. The test is skipped
// if disks cannot be mounted: only root may do that.
func Small(tb testing.TB, size int) string {
	tb.Helper()
	dir := tb.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", size)); err != nil {
		require.NotEqual(tb, "1", os.Getenv("BATON_REQUIRE_ALL"), err)
		tb.Skipf("a small disk cannot be mounted: %v", err)
	}
	// A process that another test starts has our files open for a moment, until it becomes a program of its own.
	tb.Cleanup(func() { require.NoError(tb, unix.Unmount(dir, unix.MNT_DETACH)) })
	return dir
}
