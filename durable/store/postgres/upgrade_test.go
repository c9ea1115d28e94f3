package postgres_test

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/postgres"
	"github.com/baton-go/baton/internal/pgserver"
)

// first makes a schema as the first version of the library made it, with everything that is in the store.
func first(t *testing.T, s *postgres.Store, name string) {
	t.Helper()
	text, err := os.ReadFile("migrations/0001.sql")
	require.NoError(t, err)
	old := pgx.Identifier{name}.Sanitize()
	in := func(text string) {
		_, err := s.Pool().Exec(t.Context(), text)
		require.NoError(t, err)
	}
	in("CREATE SCHEMA " + old)
	tx, err := s.Pool().Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), postgres.InSchema(name, string(text)))
	require.NoError(t, err)
	require.NoError(t, tx.Commit(t.Context()))
	const columns = `id, run, flow, priority, parent, created, status, due, started, finished, expires, owner, epoch,
		revision, seq, state, facts, published`
	in(s.Statement("INSERT INTO " + old + ".runs (" + columns + ", queue) OVERRIDING SYSTEM VALUE SELECT " + columns +
		", NULLIF(queue, '') FROM baton.runs"))
	in("SELECT setval(pg_get_serial_sequence('" + old + ".runs', 'id'), 1000)")
	for _, table := range []string{"records", "messages", "keys", "labels"} {
		in(s.Statement("INSERT INTO " + old + "." + table + " SELECT * FROM baton." + table))
	}
	in("UPDATE " + old + ".baton_schema SET version = 1")
}

// Several processes of a new version open what an old one has left, at once.
func TestWhatAnOlderVersionHasKeptIsBroughtUpToDate(t *testing.T) {
	t.Parallel()
	s := open(t, postgres.Config{})
	var ids []string
	for i := range 50 {
		ids = append(ids, fmt.Sprint("r", i))
	}
	runs := leased(t, s, ids...)
	for i, r := range runs {
		commit(t, s, step(r, 1), step(r, 2))
		_, err := s.Send(t.Context(), []store.Message{{Run: r.ID, Key: "key"}})
		require.NoError(t, err)
		if i%2 == 0 {
			state := r.State
			state.Status, state.Due = store.Waiting, r.Created
			commit(t, s, store.Write{Run: r.ID, Epoch: r.Epoch, State: &state, Revision: r.Revision, Release: true, Seen: 1})
		}
	}
	queued := pending("queued")
	queued.Queue = "queue"
	_, err := s.Create(t.Context(), []store.Run{queued})
	require.NoError(t, err)

	c := postgres.Config{Schema: schema()}
	first(t, s, c.Schema)
	refused(t, postgres.Config{Schema: c.Schema, Migrate: postgres.Check}, "its schema has version 1, and is to have ")
	stores := make([]*postgres.Store, 4)
	errs := make([]error, len(stores))
	var all sync.WaitGroup
	for i := range stores {
		all.Go(func() {
			stores[i], errs[i] = postgres.OpenConfig(t.Context(), pgserver.DSN(t)+" pool_max_conns=2", c)
		})
	}
	all.Wait()
	require.NoError(t, errors.Join(errs...))
	for _, s := range stores {
		t.Cleanup(func() { require.NoError(t, s.Close()) })
	}

	for _, id := range append(ids, "queued") {
		was, err := s.Load(t.Context(), id, store.Mark{})
		require.NoError(t, err)
		is, err := stores[0].Load(t.Context(), id, store.Mark{})
		require.NoError(t, err)
		require.Equal(t, was, is)
	}
	for i, r := range runs {
		if i%2 == 1 { // its lease lasts
			commit(t, stores[i%len(stores)], step(r, 3))
		}
	}
	claimed := claim(t, stores[1], 100)
	require.Len(t, claimed.Runs, len(runs)/2+1)
	commit(t, stores[2], step(claimed.Runs[0].Run, 9))
	leased(t, stores[3], "new")
}
