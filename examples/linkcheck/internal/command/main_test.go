package command_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/baton-go/baton/examples/linkcheck/internal/command"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// plant makes a tree of an archive: each file begins behind a line "-- its name --".
func plant(t *testing.T, archive string) string {
	t.Helper()
	root := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(root, ".git"), 0o755))
	name, content := "", &strings.Builder{}
	write := func() {
		if name == "" {
			return
		}
		file := filepath.Join(root, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(content.String()), 0o644))
	}
	for line := range strings.Lines(archive) {
		if next, ok := strings.CutPrefix(strings.TrimRight(line, "\n"), "-- "); ok && strings.HasSuffix(next, " --") {
			write()
			name = strings.TrimSuffix(next, " --")
			content.Reset()
			continue
		}
		content.WriteString(line)
	}
	write()
	return root
}

// run runs the command and returns its exit code and what it wrote. The root of the tree is cut out of the names.
func run(t *testing.T, root string, args ...string) (code int, out, complaints string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	c := command.Command{Out: &stdout, Err: &stderr}
	code = c.Run(t.Context(), args)
	clean := func(b *bytes.Buffer) string { return strings.ReplaceAll(b.String(), filepath.ToSlash(root)+"/", "") }
	return code, clean(&stdout), clean(&stderr)
}

const (
	tooLong   = time.Minute
	pollEvery = time.Millisecond
)
