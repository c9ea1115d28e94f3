package postgres_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/postgres"
	"github.com/baton-go/baton/internal/pgserver"
)

// refused checks that a store is not opened.
func refused(t *testing.T, c postgres.Config, says string) error {
	t.Helper()
	_, err := postgres.OpenConfig(t.Context(), pgserver.DSN(t), c)
	require.ErrorContains(t, err, "open store")
	require.ErrorContains(t, err, says)
	return err
}

// sql carries statements out, in which "baton." stands for the schema of the store.
func sql(t *testing.T, s *postgres.Store, text string) {
	t.Helper()
	_, err := s.Pool().Exec(t.Context(), s.Statement(text))
	require.NoError(t, err)
}

func TestSchemasMayHaveAnyName(t *testing.T) {
	t.Parallel()
	server := pgserver.New(t) // in which these names are not taken
	var all []*postgres.Store
	for _, name := range []string{
		`"`, `a"; DROP SCHEMA public CASCADE; --`, `$1`, `a.b`, ` `, `Ü`, `ü`, `select`, `%s`, "a\nb", `'`, `\`, "Baton",
		"baton", strings.Repeat("x", 63),
	} {
		s := openAt(t, server.DSN()+" pool_max_conns=3", postgres.Config{Schema: name})
		leased(t, s, "r")
		all = append(all, s)
	}
	for i, s := range all { // each has its own
		run, err := s.Load(t.Context(), "r", store.Mark{})
		require.NoError(t, err, i)
		commit(t, s, step(run.Run, int64(i)))
	}
	for i, s := range all {
		require.Equal(t, []int64{int64(i)}, numbers(t, s, "r"))
	}
	for says, name := range map[string]string{
		"more than 63 bytes": strings.Repeat("x", 64), "is no text": "a\x00b", "it is no text": "\xff",
	} {
		_, err := postgres.OpenConfig(t.Context(), pgserver.DSN(t), postgres.Config{Schema: name})
		require.ErrorContains(t, err, strings.TrimPrefix(says, "it "))
	}
	refused(t, postgres.Config{Schema: "pg_baton"}, "make the schema")
}

func TestNoticesOfAnotherSchemaAreNotHeard(t *testing.T) {
	t.Parallel()
	one, two := open(t, postgres.Config{}), open(t, postgres.Config{})
	told := listens(t, one)
	leased(t, two, "two")
	leased(t, one, "one")
	hears(t, told, func(n store.Notice) bool {
		require.NotEqual(t, "two", n.Run)
		return n.Run == "one"
	})
}

func TestManyMayOpenAStoreThatIsNotThereYet(t *testing.T) {
	t.Parallel()
	c := postgres.Config{Schema: schema()}
	dsn := pgserver.DSN(t)
	var all sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		all.Go(func() {
			s, err := postgres.OpenConfig(t.Context(), dsn+" pool_max_conns=2", c)
			if err == nil {
				err = s.Close()
			}
			errs[i] = err
		})
	}
	all.Wait()
	require.NoError(t, errors.Join(errs...))
}

func TestAStoreThatIsOpenedAgainHasWhatItHad(t *testing.T) {
	t.Parallel()
	c := postgres.Config{Schema: schema()}
	s, err := postgres.OpenConfig(t.Context(), pgserver.DSN(t), c)
	require.NoError(t, err)
	run := leased(t, s, "r")[0]
	commit(t, s, step(run, 1))
	require.NoError(t, s.Close())
	require.NoError(t, s.Close())
	c.Migrate = postgres.Check
	s = openAt(t, pgserver.DSN(t), c)
	commit(t, s, step(run, 2))
	require.Equal(t, []int64{1, 2}, numbers(t, s, "r"))
}

func TestCheckMakesNothing(t *testing.T) {
	t.Parallel()
	c := postgres.Config{Schema: schema(), Migrate: postgres.Check}
	refused(t, c, "has version 0, and is to have 2: open it once with Migrate: Auto")
	refused(t, c, "has version 0")
	var n int
	s := open(t, postgres.Config{})
	const count = "SELECT count(*) FROM pg_namespace WHERE nspname = $1"
	require.NoError(t, s.Pool().QueryRow(t.Context(), count, c.Schema).Scan(&n))
	require.Zero(t, n)
	refused(t, postgres.Config{Migrate: 7}, "unknown choice Migrate(7)")
}

func TestANewerSchemaIsLeftAlone(t *testing.T) {
	t.Parallel()
	c := postgres.Config{Schema: schema()}
	s := openAt(t, pgserver.DSN(t), c)
	sql(t, s, "UPDATE baton.baton_schema SET version = 3")
	require.ErrorIs(t, refused(t, c, "its schema has version 3, the newest known is 2"), store.ErrNewer)
	sql(t, s, "DELETE FROM baton.baton_schema")
	require.ErrorIs(t, refused(t, c, "does not have one row"), store.ErrCorrupt)
}

func TestASchemaOfAnotherApplicationIsLeftAlone(t *testing.T) {
	t.Parallel()
	s := open(t, postgres.Config{})
	for _, what := range []string{"TABLE %s.theirs (x int)", "VIEW %s.theirs AS SELECT 1", "TABLE %s.runs (run text)"} {
		c := postgres.Config{Schema: schema()}
		quoted := pgx.Identifier{c.Schema}.Sanitize()
		_, err := s.Pool().Exec(t.Context(), "CREATE SCHEMA "+quoted+"; CREATE "+strings.Replace(what, "%s", quoted, 1))
		require.NoError(t, err)
		require.ErrorIs(t, refused(t, c, "it holds tables of another application: "), store.ErrCorrupt)
		c.Migrate = postgres.Check
		require.ErrorIs(t, refused(t, c, "it holds tables of another application: "), store.ErrCorrupt)
	}
	c := postgres.Config{Schema: schema()}
	quoted := pgx.Identifier{c.Schema}.Sanitize()
	_, err := s.Pool().Exec(t.Context(), "CREATE SCHEMA "+quoted+"; CREATE TABLE "+quoted+".baton_schema (x int)")
	require.NoError(t, err)
	refused(t, c, "a table of the store has other columns")
}

func TestAMigrationIsMadeAsAWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	s := open(t, postgres.Config{})
	c := postgres.Config{Schema: schema()}
	quoted := pgx.Identifier{c.Schema}.Sanitize()
	// A sequence is no table, but in the way of one of the indexes.
	_, err := s.Pool().Exec(t.Context(), "CREATE SCHEMA "+quoted+"; CREATE SEQUENCE "+quoted+".runs_expires")
	require.NoError(t, err)
	refused(t, c, "migrate to schema 1: ")
	_, err = s.Pool().Exec(t.Context(), "DROP SEQUENCE "+quoted+".runs_expires")
	require.NoError(t, err)
	leased(t, openAt(t, pgserver.DSN(t), c), "r")
}

func TestAUserNeedsNoMoreRightsThanToReadAndWrite(t *testing.T) {
	t.Parallel()
	c := postgres.Config{Schema: schema()}
	s := openAt(t, pgserver.DSN(t), c)
	role := pgx.Identifier{c.Schema}.Sanitize()
	sql(t, s, "CREATE ROLE "+role+" LOGIN")
	dsn := pgserver.DSN(t) + " user='" + c.Schema + "'"
	_, err := postgres.OpenConfig(t.Context(), dsn, c)
	require.ErrorContains(t, err, "the user may not do this")
	sql(t, s, "GRANT USAGE ON SCHEMA "+role+" TO "+role+
		"; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "+role+" TO "+role)
	for _, c.Migrate = range []postgres.Migrate{postgres.Auto, postgres.Check} {
		as := openAt(t, dsn, c)
		name := []string{"auto", "check"}[c.Migrate]
		commit(t, as, step(leased(t, as, name)[0], 1))
		_, err = as.Send(t.Context(), []store.Message{{Run: name, Key: "key"}})
		require.NoError(t, err)
	}
	c.Schema = schema()
	c.Migrate = postgres.Auto
	_, err = postgres.OpenConfig(t.Context(), dsn, c)
	require.ErrorContains(t, err, "make the schema")
	require.ErrorContains(t, err, "permission denied")
}

func TestTheOverviewIsReadable(t *testing.T) {
	t.Parallel()
	s := open(t, postgres.Config{})
	leased(t, s, "a\x00b")
	var run, flow, status, owner string
	row := s.Pool().QueryRow(t.Context(), s.Statement("SELECT run, flow, status, owner FROM baton.overview"))
	require.NoError(t, row.Scan(&run, &flow, &status, &owner))
	require.Equal(t, []string{`a\000b`, "flow", "running", "owner"}, []string{run, flow, status, owner})
}

func TestTheUsersPoolStaysOpen(t *testing.T) {
	t.Parallel()
	pool, err := pgxpool.New(t.Context(), pgserver.DSN(t)+" pool_max_conns=2")
	require.NoError(t, err)
	defer pool.Close()
	s, err := postgres.OpenPool(t.Context(), pool, postgres.Config{Schema: schema()})
	require.NoError(t, err)
	require.Same(t, pool, s.Pool())
	commit(t, s, step(leased(t, s, "r")[0], 1))
	require.NoError(t, s.Close())
	require.NoError(t, pool.Ping(t.Context()))

	_, err = postgres.OpenPool(t.Context(), nil, postgres.Config{})
	require.ErrorContains(t, err, "the pool is nil")
	_, err = postgres.OpenPool(t.Context(), pool, postgres.Config{PollOnly: true})
	require.ErrorContains(t, err, "PollOnly needs a pool whose DefaultQueryExecMode is pgx.QueryExecModeExec")
	small, err := pgxpool.New(t.Context(), pgserver.DSN(t)+" pool_max_conns=1")
	require.NoError(t, err)
	defer small.Close()
	_, err = postgres.OpenPool(t.Context(), small, postgres.Config{})
	require.ErrorContains(t, err, "the pool has one connection only")
}

func TestNothingIsKeptInSessionsForAProxy(t *testing.T) {
	t.Parallel()
	s := open(t, postgres.Config{PollOnly: true})
	run := leased(t, s, "r")[0]
	commit(t, s, step(run, 1))
	commit(t, s, step(run, 2), store.Write{Run: "r", Epoch: 1, State: &run.State, Revision: 1, Release: true})
	_, err := s.Renew(t.Context(), "owner", hour)
	require.NoError(t, err)
	_, err = s.List(t.Context(), store.Query{Labels: map[string]string{"a": "b"}})
	require.NoError(t, err)
	conns := s.Pool().AcquireAllIdle(t.Context())
	require.NotEmpty(t, conns)
	for _, c := range conns {
		var n int
		const count = `SELECT (SELECT count(*) FROM pg_prepared_statements) + (SELECT count(*) FROM pg_listening_channels())
			+ (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid())`
		require.NoError(t, c.QueryRow(t.Context(), count).Scan(&n))
		require.Zero(t, n)
		c.Release()
	}
	require.False(t, store.HearsAll(s))
	require.True(t, store.HearsAll(open(t, postgres.Config{})))
}

func TestAClosedStoreSaysSo(t *testing.T) {
	t.Parallel()
	s := open(t, postgres.Config{})
	tx, in := begin(t, s)
	require.NoError(t, tx.Rollback(t.Context()))
	require.NoError(t, s.Close())
	ctx := t.Context()
	calls := map[string]func() error{
		"create":   func() error { _, err := s.Create(ctx, []store.Run{pending("r")}); return err },
		"claim":    func() error { _, err := s.Claim(ctx, store.Claim{Owner: "o", Max: 1}); return err },
		"renew":    func() error { _, err := s.Renew(ctx, "o", hour); return err },
		"commit":   func() error { _, err := s.Commit(ctx, nil); return err },
		"step":     func() error { return tryCommit(ctx, s, step(store.Run{ID: "r"}, 1)) },
		"send":     func() error { _, err := s.Send(ctx, nil); return err },
		"load":     func() error { _, err := s.Load(ctx, "r", store.Mark{}); return err },
		"list":     func() error { _, err := s.List(ctx, store.Query{}); return err },
		"count":    func() error { _, err := s.Count(ctx, store.Query{}); return err },
		"delete":   func() error { _, err := s.Delete(ctx, nil); return err },
		"within":   func() error { _, err := in.List(ctx, store.Query{}); return err },
		"transact": func() error { _, err := do(ctx, postgres.Transact(s, noPayment)); return err },
	}
	for name, call := range calls {
		require.ErrorIs(t, call(), store.ErrClosed, name)
	}
	require.Error(t, s.Pool().Ping(ctx))
}

func noPayment(context.Context, pgx.Tx, pay) (int64, error) { return 0, nil }

func TestWhatNobodyCanConnectToIsAnError(t *testing.T) {
	t.Parallel()
	for _, dsn := range []string{"host=/nowhere", "postgres://%zz", "host=/nowhere pool_max_conns=x", "::"} {
		_, err := postgres.Open(t.Context(), dsn)
		require.ErrorContains(t, err, "open store", dsn)
	}
}
