package snippets_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/internal/snippets"
)

func TestGoBlocksAreFoundWithTheirLines(t *testing.T) {
	t.Parallel()
	found := snippets.Find("text\n```go\na := 1\n\nb := 2\n```\n```sh\nls\n```\n```go\nc\n```\n")
	require.Equal(t, []snippets.Snippet{{2, "a := 1\n\nb := 2"}, {10, "c"}}, found)
}

func TestASnippetIsFoundWhateverItsIndentation(t *testing.T) {
	t.Parallel()
	source := "func f() {\n\tif x {\n\t\ty()\n\t\tz()\n\t}\n}\n"
	for code, want := range map[string]bool{
		"if x {\n\ty()\n\tz()\n}":   true,
		"if x {\n\n\t\ty()":         true,
		"if x {\n…\nz()":            true,
		"func f() {\n…\n}":          true,
		"if x {\nz()":               false,
		"y()\nz()\nw()":             false,
		"if x {\n…\nw()":            false,
		"func f() {\n…\nif y {\n}":  false,
		"":                          true,
		"if x {\n…":                 true,
		"if x {\n\ty()\n…\n}\n…\n}": true,
	} {
		require.Equal(t, want, snippets.Snippet{Code: code}.In(source), "%q", code)
	}
}

// TestTheCodeInTheDocumentationIsCompiled looks for every Go snippet of the Markdown in the repository's Go files.
func TestTheCodeInTheDocumentationIsCompiled(t *testing.T) {
	t.Parallel()
	var sources []string
	documents := map[string]string{}
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || (strings.HasPrefix(d.Name(), ".") && d.Name() != "..")) {
			return filepath.SkipDir
		}
		switch filepath.Ext(path) {
		case ".go":
			text, err := os.ReadFile(path)
			sources = append(sources, string(text))
			return err
		case ".md":
			text, err := os.ReadFile(path)
			documents[path] = string(text)
			return err
		}
		return nil
	})
	require.NoError(t, err)
	require.Contains(t, documents, filepath.Join("..", "..", "README.md"))
	for path, text := range documents {
		for _, s := range snippets.Find(text) {
			compiled := false
			for _, source := range sources {
				compiled = compiled || s.In(source)
			}
			require.True(t, compiled, "%s:%d: this code stands in no Go file:\n%s", path, s.Line, s.Code)
		}
	}
}
