package postgres_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store/postgres"
	"github.com/baton-go/baton/internal/pgserver"
	"github.com/baton-go/baton/internal/runstest"
)

// hour is longer than any test.
const hour = time.Hour

var schemas atomic.Int64

// schema is the name of a schema that is not there.
func schema() string { return fmt.Sprintf("test %d", schemas.Add(1)) }

// open opens a store of its own for the test, and closes it.
func open(tb testing.TB, c postgres.Config) *postgres.Store {
	tb.Helper()
	if c.Schema == "" {
		c.Schema = schema()
	}
	return openAt(tb, pgserver.DSN(tb), c)
}

func openAt(tb testing.TB, dsn string, c postgres.Config) *postgres.Store {
	tb.Helper()
	s, err := postgres.OpenConfig(tb.Context(), dsn, c)
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
	until     = runstest.Until
)
