package sqlite_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/sqlite"
)

// everything has the store do all that it can do, so that all of its statements are prepared.
func everything(t *testing.T, s *sqlite.Store) {
	t.Helper()
	ctx := t.Context()
	labelled := pending("labelled")
	labelled.Labels = map[string]string{"a": "b"}
	labelled.Published = []byte("p")
	future := pending("future")
	future.Due = time.Now().Add(hour)
	_, err := s.Create(ctx, []store.Run{labelled, future})
	require.NoError(t, err)
	var ids []string
	for c := 'a'; c < 'a'+20; c++ {
		ids = append(ids, string(c))
	}
	runs := leased(t, s, append([]string{"labelled"}, ids...)...)
	var writes []store.Write
	for _, r := range runs {
		writes = append(writes, step(r, 1))
	}
	commit(t, s, writes[0])
	commit(t, s, writes...)
	_, err = s.Send(ctx, []store.Message{{Run: "a", Key: "k"}, {Run: "future"}})
	require.NoError(t, err)
	require.NoError(t, s.Settle(ctx))
	_, err = s.Renew(ctx, "owner", time.Nanosecond)
	require.NoError(t, err)
	_, err = s.Load(ctx, "a", store.Mark{})
	require.NoError(t, err)
	a := runs[0]
	commit(t, s, store.Write{
		Run: a.ID, Epoch: a.Epoch, Records: step(a, 2).Records, Consumed: []int64{1}, Published: []byte("p"),
		State: &store.State{Status: store.Waiting}, Revision: a.Revision, Release: true, Seen: 0, Restart: &a.Input,
	})
	claim(t, s, 30) // leases that have run out, too
	queued := pending("queued")
	queued.Queue, queued.Key = "queue", "key"
	_, err = s.Create(ctx, []store.Run{queued})
	require.NoError(t, err)
	for _, share := range []store.Share{{Queue: "queue", Total: 9, PerKey: 9}, {Queue: "queue", Max: 1}} {
		_, err = s.Claim(ctx, store.Claim{
			Owner: "owner", Lease: hour, Max: 1, Flows: []string{"flow"}, Queues: []store.Share{share, {Queue: ""}},
		})
		require.NoError(t, err)
	}
	_, err = s.List(ctx, store.Query{Expired: time.Now()})
	require.NoError(t, err)
	commit(t, s, store.Write{
		Run: "labelled", State: &store.State{Status: store.Failed}, Revision: 2, Release: true,
	})
	n, err := s.Delete(ctx, []string{"labelled"})
	require.NoError(t, err)
	require.Equal(t, 1, n)
}

func TestNoStatementLooksAtAllRows(t *testing.T) {
	t.Parallel()
	s := open(t, sqlite.Config{})
	everything(t, s)
	statementsAreBounded(t, s)
}

// reread has the connection that writes read the schema again, with the statistics that there are.
func reread(t *testing.T, s *sqlite.Store) {
	t.Helper()
	for _, statement := range []string{"CREATE TABLE theirs (x)", "DROP TABLE theirs"} {
		_, err := s.DB().ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	for _, id := range []string{"to write", "to write again"} {
		_, err := s.Create(t.Context(), []store.Run{{ID: id}})
		require.NoError(t, err)
	}
}

// TestStatisticsDoNotChangeThePlans has the user collect statistics, of few rows and of many that are alike.
func TestStatisticsDoNotChangeThePlans(t *testing.T) {
	t.Parallel()
	s := open(t, sqlite.Config{Synchronous: sqlite.Off})
	analyze := func() {
		_, err := s.DB().ExecContext(t.Context(), "ANALYZE")
		require.NoError(t, err)
		reread(t, s)
	}
	analyze()
	everything(t, s)
	statementsAreBounded(t, s)
	sleeping(t, s, 3000, func(int) time.Time { return time.Now().Add(hour) })
	for _, id := range []string{"b", "c"} {
		for n := range int64(500) {
			commit(t, s, step(store.Run{ID: id, Lease: store.Lease{Epoch: 2}}, n))
		}
	}
	_, err := s.DB().ExecContext(t.Context(), "UPDATE baton_runs SET run = 'was ' || run WHERE length(run) < 10")
	require.NoError(t, err)
	analyze()
	everything(t, s)
	statementsAreBounded(t, s)
	for _, q := range directQueries() {
		planIsBounded(t, s, sqlite.PageQuery(q, false), true)
	}
}

// TestStatisticsOfTablesThatWereEmptyAreForgotten has statistics that say of each table that it has one row or none,
// for which looking at all of them is as good as an index.
func TestStatisticsOfTablesThatWereEmptyAreForgotten(t *testing.T) {
	t.Parallel()
	for _, rows := range []string{"0", "1"} {
		t.Run("rows: "+rows, func(t *testing.T) {
			t.Parallel()
			p := path(t)
			s := openAt(t, p, sqlite.Config{Synchronous: sqlite.Off})
			everything(t, s)
			for _, statement := range []string{
				"ANALYZE", "DELETE FROM sqlite_stat1",
				"INSERT INTO sqlite_stat1 (tbl, idx, stat) SELECT tbl_name, iif(type = 'index', name, NULL), '" + rows +
					" 1 1 1 1 1' FROM sqlite_schema WHERE tbl_name LIKE 'baton_%' AND rootpage > 0",
				"INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('others', NULL, '7')",
			} {
				_, err := s.DB().ExecContext(t.Context(), statement)
				require.NoError(t, err)
			}
			reread(t, s)
			// What is done with each run does not depend on it, also while the store is open.
			plan, err := s.Plan("DELETE FROM baton_records WHERE place >= ? AND place <= ?")
			require.NoError(t, err)
			require.Equal(t, []string{"SCAN baton_records"}, plan, "the statistics have an effect")
			for _, where := range []string{"r.run = ?", "r.id = ?"} {
				planIsBounded(t, s, sqlite.SelectRun+"WHERE "+where, false)
			}

			require.NoError(t, s.Close())
			s = openAt(t, p, sqlite.Config{Synchronous: sqlite.Off})
			_, err = s.DB().ExecContext(t.Context(), "UPDATE baton_runs SET run = 'was ' || run")
			require.NoError(t, err)
			everything(t, s)
			statementsAreBounded(t, s)
			for _, q := range directQueries() {
				planIsBounded(t, s, sqlite.PageQuery(q, false), true)
			}
			var left string
			require.NoError(t, s.DB().QueryRowContext(t.Context(), "SELECT group_concat(tbl) FROM sqlite_stat1").Scan(&left))
			require.Equal(t, "others", left)
		})
	}
}

func TestTheUserMayChangeTheSchemaAndGiveSpaceBack(t *testing.T) {
	t.Parallel()
	s := open(t, sqlite.Config{})
	everything(t, s)
	run := leased(t, s, "z")[0]
	for n, statement := range []string{
		"CREATE TABLE theirs (x)", "CREATE INDEX theirs_x ON theirs (x)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)",
		"DROP TABLE theirs", "REINDEX", "PRAGMA optimize",
	} {
		_, err := s.DB().ExecContext(t.Context(), statement)
		require.NoError(t, err)
		commit(t, s, step(run, int64(n)))
		require.Len(t, numbers(t, s, "z"), n+1)
	}
}

func statementsAreBounded(t *testing.T, s *sqlite.Store) {
	t.Helper()
	statements := s.Statements()
	for _, part := range []string{
		"INSERT OR IGNORE INTO baton_records", "SELECT (SELECT r.queue FROM baton_runs r",
		"SELECT r.queue FROM baton_runs r", "WITH RECURSIVE pairs",
		"INDEXED BY baton_turns WHERE",
		"UPDATE baton_runs SET status = 2", "FROM baton_records WHERE place", "UPDATE baton_runs SET seq",
		"INDEXED BY baton_leases", "expires <=",
	} {
		require.True(t, containsPart(statements, part), "%q was not prepared", part)
	}
	for _, query := range statements {
		if !strings.Contains(query, "sqlite_schema") && query != "SELECT version FROM baton_schema" &&
			!strings.HasPrefix(query, "UPDATE baton_schema") {
			planIsBounded(t, s, query, false)
		}
	}
}

// directQueries look at few runs.
func directQueries() map[string]store.Query {
	now := time.Now()
	return map[string]store.Query{
		"ids": {IDs: []string{"a"}}, "parent": {Parent: "p"}, "labels": {Labels: map[string]string{"a": "b"}},
		"expired": {Expired: now}, "ids among others": {
			IDs: []string{"a"}, Statuses: []store.Status{1, 2}, Flows: []string{"f"}, Parent: "p", Expired: now,
			Labels: map[string]string{"a": "b", "c": "d"}, After: store.Cursor{Created: now, ID: "a"},
		},
	}
}

func TestListsLookAtWhatTheyAreAboutOnly(t *testing.T) {
	t.Parallel()
	s := open(t, sqlite.Config{})
	now := time.Now()
	for name, q := range directQueries() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			planIsBounded(t, s, sqlite.PageQuery(q, false), true)
			q.Newest = true
			planIsBounded(t, s, sqlite.PageQuery(q, false), true)
		})
	}
	for name, q := range map[string]store.Query{
		"all": {}, "flows": {Flows: []string{"f"}}, "expired": {Expired: now},
		"page": {After: store.Cursor{Created: now, ID: "a"}},
	} {
		t.Run("along the order: "+name, func(t *testing.T) {
			t.Parallel()
			for _, newest := range []bool{false, true} {
				q.Newest = newest
				lines, err := s.Plan(sqlite.PageQuery(q, true))
				require.NoError(t, err)
				require.Contains(t, lines[0], "SEARCH r USING INDEX baton_status (status=?", strings.Join(lines, "\n"))
				for _, line := range lines {
					require.NotEqual(t, "USE TEMP B-TREE FOR ORDER BY", line)
				}
			}
		})
	}
}

// planIsBounded checks that a query scans no table of the store. Their aliases have one letter; l is a list. The
// index of the leases has nothing but the leases.
func planIsBounded(t *testing.T, s *sqlite.Store, query string, sorts bool) {
	t.Helper()
	lines, err := s.Plan(query)
	require.NoError(t, err, query)
	for _, line := range lines {
		if scanned, ok := strings.CutPrefix(line, "SCAN "); ok && scanned != "baton_runs USING INDEX baton_leases" {
			table := strings.Fields(scanned)[0]
			require.False(t, len(table) == 1 && table != "l" || strings.HasPrefix(table, "baton_"),
				"%s\n%s", query, strings.Join(lines, "\n"))
		}
		if !sorts {
			require.NotContains(t, line, "TEMP B-TREE", "%s\n%s", query, strings.Join(lines, "\n"))
		}
	}
}

func containsPart(all []string, part string) bool {
	for _, s := range all {
		if strings.Contains(s, part) {
			return true
		}
	}
	return false
}
