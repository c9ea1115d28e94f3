package archtest_test

import (
	"os"
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
