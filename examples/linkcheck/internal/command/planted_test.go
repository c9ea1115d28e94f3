package command_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// golden compares with a file in testdata, or writes it if GOLDEN is set.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if os.Getenv("GOLDEN") != "" {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

func TestAPlantedTreeIsReportedExactly(t *testing.T) {
	t.Parallel()
	archive, err := os.ReadFile(filepath.Join("testdata", "planted.txt"))
	require.NoError(t, err)
	root := plant(t, string(archive))
	require.NoError(t, os.Symlink("nowhere", filepath.Join(root, "docs", "gone-link.md")))
	require.NoError(t, os.WriteFile(filepath.Join(root, "huge.md"), nil, 0o644))
	require.NoError(t, os.Truncate(filepath.Join(root, "huge.md"), 65<<20))

	code, out, complaints := run(t, root, "-offline", root)
	require.Equal(t, 1, code)
	require.Empty(t, complaints)
	golden(t, "planted.golden", out)

	code, out, complaints = run(t, root, "-offline", "-json", root)
	require.Equal(t, 1, code)
	require.Empty(t, complaints)
	golden(t, "planted.json", out)
}
