package postgres_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/postgres"
	"github.com/baton-go/baton/internal/pgserver"
	"github.com/baton-go/baton/internal/runstest"
)

// What keeps the server from answering for a while is no failure of the runs: they go on, and nothing is done twice.
func TestRunsOutliveARestartOfTheServer(t *testing.T) {
	t.Parallel()
	for name, immediate := range map[string]bool{"crash": true, "restart": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := pgserver.New(t)
			runstest.Outlive(t, openAt(t, server.DSN(), postgres.Config{}), 1000, func() func() {
				require.NoError(t, server.Stop(immediate))
				return func() { require.NoError(t, server.Restart()) }
			})
		})
	}
}

// terminate ends the sessions of the server but this one's.
func terminate(ctx context.Context, s *postgres.Store, which string) error {
	_, err := s.Pool().Exec(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND `+which)
	return err
}

func TestNothingThatWasAcknowledgedIsLostWithItsConnection(t *testing.T) {
	t.Parallel()
	server := pgserver.New(t)
	s, other := openAt(t, server.DSN(), postgres.Config{}), openAt(t, server.DSN(), postgres.Config{Schema: "other"})
	runs := leased(t, s, "a", "b", "c")
	var all sync.WaitGroup
	const appends = 40
	errs := make([]error, len(runs))
	var done, made atomic.Int64
	for i := range runs {
		all.Go(func() {
			defer done.Add(1)
			for n := int64(1); n <= appends && errs[i] == nil; n++ {
				errs[i] = patiently(t.Context(), func(ctx context.Context) error { return tryCommit(ctx, s, step(runs[i], n)) })
				made.Add(1)
			}
		})
	}
	for done.Load() < int64(len(runs)) {
		require.NoError(t, patiently(t.Context(), func(ctx context.Context) error { return terminate(ctx, other, "true") }))
		before := made.Load() // or a slow machine would come to nothing
		until(t, func() bool { return made.Load() > before || done.Load() == int64(len(runs)) })
	}
	all.Wait()
	require.NoError(t, errors.Join(errs...))
	for _, r := range runs {
		require.NoError(t, patiently(t.Context(), func(ctx context.Context) error {
			_, err := s.List(ctx, store.Query{})
			return err
		}))
		require.Len(t, numbers(t, s, r.ID), appends)
	}
}

// patiently repeats f while connections are lost.
func patiently(ctx context.Context, f func(ctx context.Context) error) (err error) {
	for ctx.Err() == nil {
		err = f(ctx)
		if err == nil || errors.Is(err, store.ErrFenced) || errors.Is(err, store.ErrClosed) {
			return err
		}
	}
	return err
}

func TestAStoreThatLostItsEarsHearsAgain(t *testing.T) {
	t.Parallel()
	server := pgserver.New(t)
	s, other := openAt(t, server.DSN(), postgres.Config{}), openAt(t, server.DSN(), postgres.Config{})
	told := listens(t, s)
	leased(t, other, "one")
	hears(t, told, func(n store.Notice) bool { return n.Run == "one" })
	require.NoError(t, terminate(t.Context(), s, "query LIKE 'LISTEN%'"))
	hears(t, told, func(n store.Notice) bool { return n.Run == "" && !n.Due.IsZero() })
	leased(t, other, "two")
	hears(t, told, func(n store.Notice) bool { return n.Run == "two" })
}

func TestWhatTheServerRefusesIsSaid(t *testing.T) {
	t.Parallel()
	server := pgserver.New(t)
	s := openAt(t, server.DSN(), postgres.Config{})
	run := leased(t, s, "r")[0]
	sql(t, s, "CREATE ROLE few LOGIN SUPERUSER; CREATE ROLE reader LOGIN SUPERUSER; "+
		"ALTER ROLE reader SET default_transaction_read_only = on")
	reader := openAt(t, server.DSN()+" user=reader", postgres.Config{})
	for name, call := range map[string]func() error{
		"step":   func() error { return tryCommit(t.Context(), reader, step(run, 1)) },
		"batch":  func() error { return tryCommit(t.Context(), reader, step(run, 1), step(run, 2)) },
		"create": func() error { _, err := reader.Create(t.Context(), []store.Run{pending("new")}); return err },
		"send":   func() error { _, err := reader.Send(t.Context(), []store.Message{{Run: "r"}}); return err },
		"state": func() error {
			return tryCommit(t.Context(), reader, store.Write{Run: "r", Epoch: 1, State: &run.State, Revision: 1})
		},
		"renew":  func() error { _, err := reader.Renew(t.Context(), "owner", hour); return err },
		"delete": func() error { _, err := reader.Delete(t.Context(), []string{"r"}); return err },
	} {
		require.ErrorContains(t, call(), "the server is read-only", name)
	}
	require.Empty(t, numbers(t, reader, "r"))
	_, err := postgres.OpenConfig(t.Context(), server.DSN()+" user=reader", postgres.Config{Schema: "unmade"})
	require.ErrorContains(t, err, "the server is read-only")

	few := openAt(t, server.DSN()+" user=few", postgres.Config{})
	sql(t, s, "ALTER ROLE few NOSUPERUSER CONNECTION LIMIT 0; "+
		"GRANT USAGE ON SCHEMA baton TO few; GRANT ALL ON ALL TABLES IN SCHEMA baton TO few")
	require.NoError(t, terminate(t.Context(), s, "usename = 'few'"))
	until(t, func() bool {
		err := tryCommit(t.Context(), few, step(run, 1))
		return err != nil && strings.Contains(err.Error(), "no connection left")
	})
	sql(t, s, "ALTER ROLE few CONNECTION LIMIT 20")
	require.NoError(t, patiently(t.Context(), func(ctx context.Context) error {
		return tryCommit(ctx, few, step(run, 1))
	}))

	sql(t, s, "ALTER TABLE baton.records RENAME TO gone")
	require.ErrorContains(t, tryCommit(t.Context(), s, step(run, 2)), "a table of the store is missing")
	sql(t, s, "ALTER TABLE baton.gone RENAME TO records")
	commit(t, s, step(run, 2))
	require.Equal(t, []int64{1, 2}, numbers(t, s, "r"))

	require.NoError(t, server.Stop(false))
	require.Error(t, tryCommit(t.Context(), s, step(run, 3)))
	_, err = postgres.Open(t.Context(), server.DSN())
	require.ErrorContains(t, err, "open store")
}

func TestACallEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := open(t, postgres.Config{})
	run := leased(t, s, "r")[0]
	tx, err := s.Pool().Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), s.Statement("SELECT FROM baton.runs FOR UPDATE"))
	require.NoError(t, err)
	why := errors.New("no patience")
	for _, writes := range [][]store.Write{
		{step(run, 1)}, {step(run, 1), step(run, 2)}, {{Run: "r", Epoch: 1, State: &run.State, Revision: 1}},
	} {
		ctx, cancel := context.WithCancelCause(t.Context())
		timer := time.AfterFunc(20*time.Millisecond, func() { cancel(why) })
		err := tryCommit(ctx, s, writes...)
		timer.Stop()
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, why)
	}
	// Whoever claims passes over it, and comes again soon.
	require.NoError(t, tx.Rollback(t.Context()))
	_, err = s.Renew(t.Context(), "owner", 0)
	require.NoError(t, err)
	tx, err = s.Pool().Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), s.Statement("SELECT FROM baton.runs FOR UPDATE"))
	require.NoError(t, err)
	claimed := claim(t, s, 5)
	require.Empty(t, claimed.Runs)
	require.WithinDuration(t, time.Now(), claimed.Next, hour/2)
	require.NoError(t, tx.Rollback(t.Context()))
	// A session of a call that has ended may wait for the run until the server hears of that.
	until(t, func() bool { return len(claim(t, s, 5).Runs) == 1 })
}

func TestWhatCannotBeReadIsNamed(t *testing.T) {
	t.Parallel()
	for says, statement := range map[string]string{
		`run "r": record 2 cannot be read`:          `UPDATE baton.records SET data = '\x0102030405' WHERE n = 2`,
		`run "r": message 1 cannot be read`:         `UPDATE baton.messages SET data = ''`,
		`run "r": the facts cannot be read`:         `UPDATE baton.runs SET facts = ''`,
		`run "r": the state cannot be read`:         `UPDATE baton.runs SET state = '\x01'`,
		`run "r": what it published cannot be read`: `UPDATE baton.runs SET published = '\x01'`,
	} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			s := open(t, postgres.Config{})
			run := leased(t, s, "r")[0]
			commit(t, s, step(run, 1), step(run, 2), store.Write{Run: "r", Epoch: 1, Published: []byte("published")})
			_, err := s.Send(t.Context(), []store.Message{{Run: "r"}})
			require.NoError(t, err)
			commit(t, s, store.Write{
				Run: "r", Epoch: 1, State: &store.State{Status: store.Waiting, Due: run.Created}, Revision: 1, Release: true,
			})
			sql(t, s, statement)
			_, err = s.Create(t.Context(), []store.Run{pending("sound")})
			require.NoError(t, err)
			_, err = s.Load(t.Context(), "r", store.Mark{})
			require.ErrorIs(t, err, store.ErrCorrupt)
			require.ErrorContains(t, err, says)
			claimed := claim(t, s, 5) // others are not held up
			require.Len(t, claimed.Runs, 1)
			require.Equal(t, "sound", claimed.Runs[0].Run.ID)
			runs, err := s.List(t.Context(), store.Query{Statuses: []store.Status{store.Blocked}})
			require.NoError(t, err)
			require.Len(t, runs, 1)
			require.Contains(t, runs[0].Reason, says)
			require.Empty(t, claim(t, s, 5).Runs)
		})
	}
}

// Whoever waits for a row holds others that somebody may wait for.
func TestCallsThatConcernTheSameRunsDoNotFail(t *testing.T) {
	t.Parallel()
	runstest.Jumble(t, open(t, postgres.Config{}))
}
