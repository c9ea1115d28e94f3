package sqlite_test

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/sqlite"
)

// firstContent is what was in the store of which testdata/v1.db is a backup. Neither changes any more: a new version of
// the schema has a file of its own.
func firstContent(t *testing.T, s *sqlite.Store) {
	t.Helper()
	at := func(n int) time.Time { return time.Date(2030, 1, 2, 3, 4, n, 567_000, time.UTC) }
	payload := func(text string) store.Payload { return store.Payload{Codec: "json", Data: []byte(text)} }
	full := store.Run{
		ID: "full", Flow: "order", Version: "v1", Input: payload(`{"id":7}`), Seed: []byte("0123456789abcdef"),
		Parent: "parent", OnParentClose: store.Abandon, Queue: "queue", Priority: -7,
		Labels: map[string]string{"colour": "blue", "empty": ""}, Created: at(1), Deadline: at(2),
		Retention: -time.Second, Published: []byte("published"),
		State: store.State{
			Status: store.Blocked, Started: at(3), Reason: "reason", Cancelled: at(4), Generation: 5, Settled: 6,
		},
	}
	running := store.Run{
		ID: "running", Flow: "order", Created: at(10),
		State: store.State{Status: store.Pending, Due: at(10).AddDate(-10, 0, 0)},
	}
	waiting := store.Run{
		ID: "waiting", Flow: "order", Created: at(11), State: store.State{Status: store.Waiting, Due: at(12)},
	}
	_, err := s.Create(t.Context(), []store.Run{full, running, waiting})
	require.NoError(t, err)
	c, err := s.Claim(t.Context(), store.Claim{Owner: "dead", Lease: hour, Max: 1, Flows: []string{"order"}})
	require.NoError(t, err)
	require.Len(t, c.Runs, 1)
	commit(t, s, store.Write{Run: "running", Epoch: 1, Records: []store.Record{
		{
			N: 1, Epoch: 1, Kind: store.Step, Path: "1", Name: "charge", Digest: []byte("digest"), Action: payload("1"),
			Result: payload("2"), Number: 3, Started: at(13), Finished: at(14),
		},
		{N: 4, Epoch: 1, Kind: store.Decision, Path: "2", Number: 1},
		{N: 5, Epoch: 1, Kind: store.Change, Path: "3", Name: "faster", Number: 2, Failure: payload("3")},
	}})
	_, err = s.Send(t.Context(), []store.Message{
		{Run: "running", Name: "paid", Key: "once", Payload: payload("4"), Sent: at(15)},
		{Run: "running", Name: "paid", Key: "twice", Payload: payload("5"), Sent: at(16)},
	})
	require.NoError(t, err)
	commit(t, s,
		store.Write{Run: "running", Epoch: 1, Consumed: []int64{1}},
		store.Write{Run: "waiting", Release: true, State: &store.State{
			Status: store.Completed, Finished: at(17), Expires: at(18), Result: payload("6"), Failure: payload("7"),
		}},
	)
}

// backup opens the store of which a file is a backup.
func backup(t *testing.T, name string) *sqlite.Store {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	p := path(t)
	require.NoError(t, os.WriteFile(p, data, 0o600))
	return openAt(t, p, sqlite.Config{})
}

// secondContent is what was in the store of which testdata/v2.db is a backup.
func secondContent(t *testing.T, s *sqlite.Store) {
	t.Helper()
	var runs []store.Run
	for i, key := range []string{"ada", "", "ada", "bob"} {
		at := time.Date(2030, 1, 2, 3, 4, i, 0, time.UTC)
		runs = append(runs, store.Run{
			ID: "queued-" + strconv.Itoa(i), Flow: "order", Queue: "mail", Key: key, Created: at,
			State: store.State{Status: store.Pending, Due: at.AddDate(-10, 0, 0)},
		})
	}
	_, err := s.Create(t.Context(), runs)
	require.NoError(t, err)
}

func TestAStoreOfTheSecondSchemaIsReadAsItWas(t *testing.T) {
	t.Parallel()
	fresh := open(t, sqlite.Config{})
	secondContent(t, fresh)
	claims := func(s *sqlite.Store) (all []store.Run) {
		c, err := s.Claim(t.Context(), store.Claim{
			Owner: "o", Lease: hour, Max: 5, Flows: []string{"order"}, Queues: []store.Share{{Queue: "mail", PerKey: 1}},
		})
		require.NoError(t, err)
		for _, h := range c.Runs {
			h.Run.Due, h.Run.Started = time.Time{}, time.Time{}
			all = append(all, h.Run)
		}
		return all
	}
	want := claims(fresh)
	require.Len(t, want, 3)
	require.Equal(t, want, claims(backup(t, "v2.db")))
}

func TestAStoreOfTheFirstSchemaIsReadAsItWas(t *testing.T) {
	t.Parallel()
	old := backup(t, "v1.db")
	p := path(t)
	fresh := openAt(t, p, sqlite.Config{})
	firstContent(t, fresh)
	require.NoError(t, fresh.Close())
	fresh = openAt(t, p, sqlite.Config{})

	for _, id := range []string{"full", "running", "waiting"} {
		want, err := fresh.Load(t.Context(), id, store.Mark{})
		require.NoError(t, err)
		got, err := old.Load(t.Context(), id, store.Mark{})
		require.NoError(t, err)
		if id == "running" { // it was claimed then, and became due now
			require.WithinDuration(t, time.Now(), got.Run.Due, hour)
			want.Run.Due, got.Run.Due = time.Time{}, time.Time{}
			want.Run.Started, got.Run.Started = time.Time{}, time.Time{}
		}
		require.Equal(t, want, got)
	}
	_, err := old.Send(t.Context(), []store.Message{{Run: "running", Name: "paid", Key: "once"}})
	require.NoError(t, err)
	h, err := old.Load(t.Context(), "running", store.Mark{})
	require.NoError(t, err)
	require.Len(t, h.Messages, 1) // the key was kept
	for _, q := range []store.Query{
		{Labels: map[string]string{"colour": "blue"}}, {Parent: "parent"}, {Statuses: []store.Status{store.Blocked}},
	} {
		runs, err := old.List(t.Context(), q)
		require.NoError(t, err)
		require.Len(t, runs, 1)
		require.Equal(t, "full", runs[0].ID)
	}
	c, err := old.Claim(t.Context(), store.Claim{
		Owner: "o", Lease: hour, Max: 5, Flows: []string{"order"}, Queues: []store.Share{{}, {Queue: "queue"}},
	})
	require.NoError(t, err)
	require.Len(t, c.Runs, 1)
	require.Equal(t, int64(2), c.Runs[0].Run.Epoch)
	n, err := old.Delete(t.Context(), []string{"waiting"})
	require.NoError(t, err)
	require.Equal(t, 1, n)
}

func TestAStoreOfANewerSchemaIsLeftAlone(t *testing.T) {
	t.Parallel()
	p := path(t)
	s := openAt(t, p, sqlite.Config{})
	_, err := s.DB().ExecContext(t.Context(), "UPDATE baton_schema SET version = 3")
	require.NoError(t, err)
	require.NoError(t, s.Close())
	untouched(t, p, store.ErrNewer, "its schema has version 3, the newest known is 2")
}

func TestAMigrationIsMadeAsAWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	p := path(t)
	application(t, p, "CREATE TABLE baton_keys (x)") // in the way of the migration
	_, err := sqlite.OpenConfig(t.Context(), p, sqlite.Config{Adopt: true})
	require.ErrorContains(t, err, "migrate to schema 1: ")
	require.ErrorContains(t, err, "baton_keys already exists")
	application(t, p, "DROP TABLE baton_keys")
	s := openAt(t, p, sqlite.Config{Adopt: true})
	leased(t, s, "r")
	var version int
	require.NoError(t, s.DB().QueryRowContext(t.Context(), "SELECT version FROM baton_schema").Scan(&version))
	require.Equal(t, 2, version)
}
