package sqlite_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store/sqlite"
	"github.com/baton-go/baton/internal/runstest"
)

// hour is longer than any test.
const hour = time.Hour

// path is that of a database that is not there.
func path(tb testing.TB) string {
	tb.Helper()
	return filepath.Join(tb.TempDir(), "store.db")
}

// open opens a store of its own for the test, and closes it.
func open(tb testing.TB, c sqlite.Config) *sqlite.Store {
	tb.Helper()
	return openAt(tb, path(tb), c)
}

func openAt(tb testing.TB, path string, c sqlite.Config) *sqlite.Store {
	tb.Helper()
	s, err := sqlite.OpenConfig(tb.Context(), path, c)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, s.Close()) })
	return s
}

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
var children = runstest.Children{"hold": childHold, "pay": childPay, "acknowledge": childAcknowledge}
