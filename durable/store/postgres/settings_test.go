package postgres_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/postgres"
	"github.com/baton-go/baton/internal/pgserver"
)

func TestASettingThatMayLoseCommitsIsRefused(t *testing.T) {
	t.Parallel()
	server := pgserver.New(t)
	for _, name := range []string{"fsync", "full_page_writes", "synchronous_commit"} {
		require.NoError(t, server.Configure(name+" = off"))
		require.NoError(t, server.Reload())
		c := postgres.Config{AllowLoss: true}
		s, err := postgres.OpenConfig(t.Context(), server.DSN(), c)
		require.NoError(t, err)
		for is := "on"; is != "off"; { // it is read again in a moment
			require.NoError(t, s.Pool().QueryRow(t.Context(), "SELECT current_setting($1)", name).Scan(&is))
		}
		require.NoError(t, s.Close())
		_, err = postgres.Open(t.Context(), server.DSN())
		require.ErrorContains(t, err, "since these settings are off: "+name+"; AllowLoss takes that as it is")
		require.NoError(t, server.Configure(name+" = on"))
	}
	require.NoError(t, server.Stop(false))
	require.NoError(t, server.Restart())
	openAt(t, server.DSN(), postgres.Config{Migrate: postgres.Check})
	_, err := postgres.Open(t.Context(), server.DSN()+" synchronous_commit=off")
	require.ErrorContains(t, err, "are off: synchronous_commit; ")
}

func TestConnectionsOfAnotherIsolationAreRefused(t *testing.T) {
	t.Parallel()
	dsn := pgserver.DSN(t)
	for _, isolation := range []string{"repeatable read", "serializable"} {
		_, err := postgres.Open(t.Context(), dsn+" default_transaction_isolation='"+isolation+"'")
		require.ErrorContains(t, err, `default_transaction_isolation is "`+isolation+`" for these connections`)
		_, err = postgres.OpenConfig(t.Context(), dsn+" default_transaction_isolation='"+isolation+"'",
			postgres.Config{AllowLoss: true, Schema: schema()})
		require.ErrorContains(t, err, "the last of its records", "that loses more than the last commits")
	}
	openAt(t, dsn, postgres.Config{Schema: schema()})
}

// syncs tells how often the server has had the disk keep the write-ahead log while steps, and batches of them, were
// made one after the other.
func syncs(t *testing.T, server *pgserver.Server, c postgres.Config, settings string, made int) (n int64) {
	t.Helper()
	c.Schema = schema()
	s := openAt(t, server.DSN()+settings, c)
	runs := leased(t, s, "a", "b")
	count := func() (n int64) {
		for _, conn := range s.Pool().AcquireAllIdle(t.Context()) { // each tells of its own
			_, err := conn.Exec(t.Context(), "SELECT pg_stat_force_next_flush()")
			require.NoError(t, err)
			conn.Release()
		}
		require.NoError(t, s.Pool().QueryRow(t.Context(), "SELECT wal_sync FROM pg_stat_wal").Scan(&n))
		return n
	}
	before := count()
	for i := range int64(made / 2) {
		commit(t, s, step(runs[0], i))
		commit(t, s, step(runs[0], -i-1), step(runs[1], i))
	}
	return count() - before
}

func TestEveryAcknowledgedStepIsOnTheDisk(t *testing.T) {
	t.Parallel()
	server := pgserver.New(t)
	require.NoError(t, server.Configure("wal_writer_delay = 10s\nautovacuum = off\ncheckpoint_timeout = 1h"))
	require.NoError(t, server.Stop(false))
	require.NoError(t, server.Restart())
	const made, most = 100, 90 // the server's own writer may come first now and then
	require.GreaterOrEqual(t, syncs(t, server, postgres.Config{}, "", made), int64(most))
	// The count would show it.
	require.Less(t, syncs(t, server, postgres.Config{AllowLoss: true}, " synchronous_commit=off", made), int64(most))
}

func TestTheClockOfTheProcessDoesNotMatter(t *testing.T) {
	t.Parallel()
	const off, lease, near = 30 * time.Minute, 10 * time.Minute, 5 * time.Minute
	for name, ahead := range map[string]time.Duration{"ahead": off, "behind": -off} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := postgres.Config{Schema: schema()}
			right, s := openAt(t, pgserver.DSN(t), c), openAt(t, pgserver.DSN(t), c)
			now := func() time.Time { return time.Now().Add(ahead) }
			s.SetClock(now)
			ask := store.Claim{Owner: "owner", Lease: lease, Max: 9, Flows: []string{"flow"}}
			claimed, err := s.Claim(t.Context(), ask) // it looks at the clocks
			require.NoError(t, err)
			require.Empty(t, claimed.Runs)

			soon, later := pending("soon"), pending("later")
			soon.Due, later.Due = now(), now().Add(hour)
			_, err = s.Create(t.Context(), []store.Run{soon, later})
			require.NoError(t, err)
			claimed, err = s.Claim(t.Context(), ask)
			require.NoError(t, err)
			require.Len(t, claimed.Runs, 1)
			require.Equal(t, "soon", claimed.Runs[0].Run.ID)
			require.WithinDuration(t, now().Add(lease), claimed.Runs[0].Run.Due, near)
			require.WithinDuration(t, later.Due, claimed.Next, near)

			h, err := right.Load(t.Context(), "soon", store.Mark{})
			require.NoError(t, err)
			require.WithinDuration(t, time.Now().Add(lease), h.Run.Due, near)
			h, err = right.Load(t.Context(), "later", store.Mark{})
			require.NoError(t, err)
			require.WithinDuration(t, time.Now().Add(hour), h.Run.Due, near)
			other, err := right.Claim(t.Context(), store.Claim{Owner: "o", Lease: hour, Max: 9, Flows: ask.Flows})
			require.NoError(t, err)
			require.Empty(t, other.Runs, "the lease lasts")
		})
	}
}
