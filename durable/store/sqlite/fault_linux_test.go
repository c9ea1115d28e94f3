package sqlite_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/sqlite"
	"github.com/baton-go/baton/internal/disktest"
)

func TestAFileThatCannotBeWrittenIsAnError(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		protect func(t *testing.T, p string)
		says    string
	}{
		"file":      {func(t *testing.T, p string) { t.Helper(); chmod(t, p, 0o444) }, "the file cannot be written"},
		"no access": {func(t *testing.T, p string) { t.Helper(); chmod(t, p, 0) }, "unable to open database file"},
		"lock":      {func(t *testing.T, p string) { t.Helper(); chmod(t, p+"-lock", 0o444) }, "permission denied"},
		"directory": {func(t *testing.T, p string) {
			t.Helper()
			require.NoError(t, os.Remove(p+"-lock"))
			chmod(t, filepath.Dir(p), 0o555)
		}, "permission denied"},
		"directory with a lock file": {func(t *testing.T, p string) {
			t.Helper()
			chmod(t, filepath.Dir(p), 0o555)
		}, "the file cannot be written"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := path(t)
			s := openAt(t, p, sqlite.Config{})
			leased(t, s, "r")
			require.NoError(t, s.Close())
			before, err := os.ReadFile(p)
			require.NoError(t, err)
			c.protect(t, p)
			disktest.AsNobody(t, filepath.Dir(p), func() {
				_, err := sqlite.Open(t.Context(), p)
				require.ErrorContains(t, err, p)
				require.ErrorContains(t, err, c.says)
				require.NotErrorIs(t, err, store.ErrCorrupt)
				require.NotErrorIs(t, err, store.ErrInUse)
			})
			chmod(t, filepath.Dir(p), 0o755)
			chmod(t, p, 0o644)
			after, err := os.ReadFile(p)
			require.NoError(t, err)
			require.Equal(t, before, after)
			require.NoError(t, os.RemoveAll(p+"-lock"))
			require.Len(t, claim(t, openAt(t, p, sqlite.Config{}), 1).Runs, 1)
		})
	}
}

func chmod(t *testing.T, p string, mode fs.FileMode) {
	t.Helper()
	require.NoError(t, os.Chmod(p, mode))
}

func TestADiskThatIsFullLosesNothing(t *testing.T) {
	t.Parallel()
	dir := disktest.Small(t, 1<<20)
	p := filepath.Join(dir, "store.db")
	s := openAt(t, p, sqlite.Config{})
	runs := leased(t, s, "a", "b")
	ballast := filepath.Join(dir, "ballast")
	require.NoError(t, os.WriteFile(ballast, make([]byte, 600_000), 0o600))
	last, err := fill(t, s, runs[0])
	require.ErrorContains(t, err, "no space is left")
	require.Len(t, numbers(t, s, "a"), int(last))
	require.NoError(t, os.Remove(ballast))
	commit(t, s, step(runs[1], 1))
	require.NoError(t, s.Close())
	s = openAt(t, p, sqlite.Config{})
	require.Len(t, numbers(t, s, "a"), int(last))
	require.Equal(t, []int64{1}, numbers(t, s, "b"))
}
