package postgres_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store/postgres"
	"github.com/baton-go/baton/internal/pgserver"
	"github.com/baton-go/baton/internal/runstest"
)

// With a synchronous standby nothing is lost when the primary is, and the standby takes its place.
func TestNothingIsLostInAFailoverToASynchronousStandby(t *testing.T) {
	t.Parallel()
	primary := pgserver.New(t)
	standby := primary.Standby(t)
	_, err := postgres.Open(t.Context(), standby.DSN())
	require.ErrorContains(t, err, "the server is read-only")
	require.NoError(t, primary.Configure("synchronous_standby_names = '*'"))
	require.NoError(t, primary.Reload())

	// The names of both servers, in one DSN: whichever can be written to is used.
	dsn := "host='" + primary.Host() + "," + standby.Host() +
		"' user=postgres dbname=postgres target_session_attrs=read-write"
	s := openAt(t, dsn, postgres.Config{})
	until(t, func() bool {
		var n int
		const sync = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
		return s.Pool().QueryRow(t.Context(), sync).Scan(&n) == nil && n == 1
	})
	runstest.Outlive(t, s, 100, func() func() {
		require.NoError(t, primary.Stop(true))
		return func() { require.NoError(t, standby.Promote()) }
	})
}
