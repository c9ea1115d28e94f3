package archtest_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/internal/archtest"
)

func TestThisModuleIsAsTheTableSays(t *testing.T) {
	t.Parallel()
	report, err := archtest.Check(os.DirFS("../.."), archtest.Baton)
	require.NoError(t, err)
	for _, p := range report.Problems {
		t.Error(p)
	}
	for _, dir := range []string{"actions", "executor", "orchestrate", "combinators", "executor/backoff"} {
		t.Logf("%s exports %d names", dir, report.Names[dir])
		require.NotZero(t, report.Names[dir])
	}
}

func TestEveryPackageHasALineInTheArchitecture(t *testing.T) {
	t.Parallel()
	architecture, err := os.ReadFile("../../docs/architecture.md")
	require.NoError(t, err)
	for dir := range archtest.Baton {
		if !strings.HasPrefix(dir, "examples/") {
			found := strings.Contains(string(architecture), "\n| `"+dir+"` | ")
			require.True(t, found, "the table in docs/architecture.md has no line about %s", dir)
		}
	}
}

func TestEveryFileOfDurableHasItsPlaceInTheArchitecture(t *testing.T) {
	t.Parallel()
	architecture, err := os.ReadFile("../../docs/architecture.md")
	require.NoError(t, err)
	_, inside, found := strings.Cut(string(architecture), "## Inside `durable`")
	require.True(t, found)
	inside, _, _ = strings.Cut(inside, "\n## ")
	files, err := filepath.Glob("../../durable/*.go")
	require.NoError(t, err)
	have := map[string]bool{"doc": true}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".go")
		if strings.HasSuffix(name, "_test") {
			continue
		}
		have[name] = true
		named := name == "doc" || strings.Contains(inside, "`"+name+"`") || strings.HasPrefix(name, "schedule_")
		require.True(t, named, "docs/architecture.md does not say what durable/%s.go is for", name)
	}
	_, table, _ := strings.Cut(inside, "\n|---|---|\n")
	for _, name := range regexp.MustCompile("`([a-z]+)`").FindAllStringSubmatch(table, -1) {
		require.True(t, have[name[1]], "docs/architecture.md speaks of durable/%s.go, which is not there", name[1])
	}
}
