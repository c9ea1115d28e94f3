package disk_test

import (
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/examples/linkcheck/internal/check"
	"github.com/baton-go/baton/examples/linkcheck/internal/disk"
	"github.com/baton-go/baton/executor"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tree writes files, by their path, and returns their root.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		file := filepath.Join(root, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(content), 0o644))
	}
	return root
}

// do carries out an action on the disk.
func do[A actions.Of[R], R any](t *testing.T, a A) (R, error) {
	t.Helper()
	v, err := executor.NewMux(disk.Handlers()).Execute(t.Context(), a)
	r, _ := v.(R)
	return r, err
}

func TestAPathIsLocatedInItsRepository(t *testing.T) {
	t.Parallel()
	root := tree(t, map[string]string{"repo/.git/HEAD": "", "repo/docs/a.md": "", "plain/b.md": ""})
	for path, want := range map[string]check.Located{
		"repo":           {Root: "repo", Path: ".", Dir: true},
		"repo/docs":      {Root: "repo", Path: "docs", Dir: true},
		"repo/docs/a.md": {Root: "repo", Path: "docs/a.md"},
		"plain":          {Root: "plain", Path: ".", Dir: true},
		"plain/b.md":     {Root: "plain", Path: "b.md"},
	} {
		want.Root = filepath.Join(root, filepath.FromSlash(want.Root))
		want.Name = filepath.ToSlash(filepath.Join(root, filepath.FromSlash(path)))
		got, err := do(t, check.Locate{Path: filepath.Join(root, filepath.FromSlash(path))})
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

func TestARootThatIsNamedHolds(t *testing.T) {
	t.Parallel()
	root := tree(t, map[string]string{"repo/.git/HEAD": "", "repo/docs/a.md": "", "repo/docs/b/c.md": ""})
	at := func(names ...string) string { return filepath.Join(append([]string{root}, names...)...) }
	got, err := do(t, check.Locate{Path: at("repo", "docs", "b"), Root: at("repo", "docs")})
	require.NoError(t, err)
	require.Equal(t, at("repo", "docs"), got.Root)
	require.Equal(t, "b", got.Path)
	_, err = do(t, check.Locate{Path: at("repo", "docs"), Root: at("repo", "docs", "b")})
	require.ErrorContains(t, err, "is not below the root")
	_, err = do(t, check.Locate{Path: at("none")})
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestADirectoryIsListedWithWhatItsNamesStandFor(t *testing.T) {
	t.Parallel()
	root := tree(t, map[string]string{"a.md": "", "dir/b.md": "", "Z": ""})
	for name, to := range map[string]string{
		"to-file": "a.md", "to-dir": "dir", "to-nothing": "none", "to-itself": "to-itself",
	} {
		require.NoError(t, os.Symlink(to, filepath.Join(root, name)))
	}
	got, err := do(t, check.List{Root: root, Dir: "."})
	require.NoError(t, err)
	require.Equal(t, []check.Entry{
		{Name: "Z"},
		{Name: "a.md"},
		{Name: "dir", Kind: check.Dir},
		{Name: "to-dir", Kind: check.DirLink},
		{Name: "to-file"},
		{Name: "to-itself", Kind: check.Dangling},
		{Name: "to-nothing", Kind: check.Dangling},
	}, got)
	_, err = do(t, check.List{Root: root, Dir: "none"})
	require.ErrorIs(t, err, os.ErrNotExist)
	require.NotContains(t, err.Error(), root, "the path is told by who asks")
}

func TestADocumentIsReadAsWhatItsNameSays(t *testing.T) {
	t.Parallel()
	root := tree(t, map[string]string{"a.md": "# T\n[x](y)", "b.html": "<p id=z>[x](y)<a href=w>", "README": "[x](y)"})
	markdown, err := do(t, check.Read{Root: root, Path: "a.md"})
	require.NoError(t, err)
	require.Equal(t, []check.Link{{Target: "y", Position: check.Position{Line: 2, Column: 1}}}, markdown.Links)
	require.Equal(t, []string{"t"}, markdown.Anchors)
	page, err := do(t, check.Read{Root: root, Path: "b.html"})
	require.NoError(t, err)
	require.Equal(t, "w", page.Links[0].Target)
	require.Equal(t, []string{"z"}, page.Anchors)
	named, err := do(t, check.Read{Root: root, Path: "README"})
	require.NoError(t, err)
	require.Len(t, named.Links, 1)
}

func TestADocumentMayBeInUTF16(t *testing.T) {
	t.Parallel()
	text := "\ufeff[🚀](x) [é](ü.md)\n# T\n"
	little, big := []byte{}, []byte{}
	for _, unit := range utf16.Encode([]rune(text)) {
		little = binary.LittleEndian.AppendUint16(little, unit)
		big = binary.BigEndian.AppendUint16(big, unit)
	}
	root := tree(t, map[string]string{"utf8.md": text, "little.md": string(little), "big.md": string(big) + "\x00"})
	want, err := do(t, check.Read{Root: root, Path: "utf8.md"})
	require.NoError(t, err)
	require.Equal(t, []check.Link{
		{Target: "x", Position: check.Position{Line: 1, Column: 1}},
		{Target: "ü.md", Position: check.Position{Line: 1, Column: 8}},
	}, want.Links)
	for _, name := range []string{"little.md", "big.md"} {
		got, err := do(t, check.Read{Root: root, Path: name})
		require.NoError(t, err)
		require.Equal(t, want, got)
		outline, err := do(t, check.Survey{Root: root, Path: name})
		require.NoError(t, err)
		require.Equal(t, check.Outline{Anchors: []string{"t"}, Lines: 2}, outline)
	}
}

func TestASurveyHasTheLinesOfTextAndTheAnchorsOfDocuments(t *testing.T) {
	t.Parallel()
	root := tree(t, map[string]string{
		"a.md": "# T\n", "b.html": "<p id=z>\n<p>", "c.go": "a\nb\nc", "d.png": "\x89\x00\n\n", "empty": "",
	})
	for path, want := range map[string]check.Outline{
		"a.md":   {Anchors: []string{"t"}, Lines: 1},
		"b.html": {Anchors: []string{"z"}, Lines: 2},
		"c.go":   {Lines: 3},
		"d.png":  {},
		"empty":  {},
	} {
		got, err := do(t, check.Survey{Root: root, Path: path})
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

func TestWhatIsNoDocumentIsNotRead(t *testing.T) {
	t.Parallel()
	root := tree(t, map[string]string{"dir.md/x": "", "huge.md": ""})
	require.NoError(t, os.Truncate(filepath.Join(root, "huge.md"), 65<<20))
	for path, want := range map[string]string{
		"dir.md": "not a regular file", "huge.md": "more than the limit of 64", "none.md": "no such file",
	} {
		_, err := do(t, check.Read{Root: root, Path: path})
		require.ErrorContains(t, err, want)
		_, err = do(t, check.Survey{Root: root, Path: path})
		require.ErrorContains(t, err, want)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := executor.NewMux(disk.Handlers()).Execute(ctx, check.Read{Root: root, Path: "x.md"})
	require.ErrorIs(t, err, context.Canceled)
	require.True(t, strings.HasPrefix(err.Error(), "not started"))
}
