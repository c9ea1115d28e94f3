package file_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store/file"
	"github.com/baton-go/baton/internal/runstest"
)

// What the tests of stores have in common.
var (
	pending   = runstest.Pending
	leased    = runstest.Leased
	claim     = runstest.Claim
	step      = runstest.Step
	commit    = runstest.Commit
	tryCommit = runstest.TryCommit
	numbers   = runstest.Numbers
)

// children are what the processes do that tests start.
var children = runstest.Children{"hold": childHold, "acknowledge": childAcknowledge}

// folder is the path of a directory that is not there.
func folder(tb testing.TB) string {
	tb.Helper()
	return filepath.Join(tb.TempDir(), "store")
}

// open opens a store of its own for the test, and closes it.
func open(tb testing.TB) *file.Store {
	tb.Helper()
	return openAt(tb, folder(tb))
}

func openAt(tb testing.TB, dir string) *file.Store {
	tb.Helper()
	s, err := file.Open(tb.Context(), dir)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, s.Close()) })
	return s
}
