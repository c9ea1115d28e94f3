package postgres_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/postgres"
	"github.com/baton-go/baton/internal/pgserver"
)

// plan is what the server does for a query, and how many pages it looks at.
func plan(t *testing.T, s *postgres.Store, text string, args ...any) string {
	t.Helper()
	rows, err := s.Pool().Query(t.Context(), "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) "+s.Lasting(text), args...)
	require.NoError(t, err)
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	return strings.Join(lines, "\n")
}

func TestWhoeverLooksForRunsDoesNotReadThoseThatSleep(t *testing.T) {
	t.Parallel()
	s := open(t, postgres.Config{})
	const runs = 5000
	var all []store.Run
	for i := range runs {
		r := pending(fmt.Sprint("r", i))
		r.State = store.State{Status: store.Waiting, Due: time.Now().Add(hour + time.Duration(i)*time.Second)}
		r.Priority, r.Created = i%3, r.Created.Add(time.Duration(i)*time.Millisecond)
		if i%2 == 0 {
			r.Queue, r.Key = []string{"queue", "turns"}[i/2%2], fmt.Sprint("key", i%5)
		}
		if i%1000 == 0 {
			r.Parent, r.Labels = "parent", map[string]string{"colour": "blue"}
		}
		all = append(all, r)
	}
	_, err := s.Create(t.Context(), all)
	require.NoError(t, err)
	sql(t, s, "ANALYZE baton.runs; ANALYZE baton.labels")
	flows := [][]byte{[]byte("flow"), []byte("other")}
	plans := map[string]string{
		"claim": plan(t, s, postgres.LookText, flows, []byte("owner"), 10),
		"claim from queues": plan(t, s, postgres.LookSharesText, flows, []byte("owner"), 10,
			[][]byte{[]byte("queue"), []byte("turns"), nil}, []int64{0, 3, 0}, [][]byte{[]byte("turns")},
			[][]byte{nil, []byte("key3"), nil}),
	}
	for name, q := range map[string]store.Query{
		"ids": {IDs: []string{"r1", "r2"}}, "page": {Limit: 10}, "newest": {Limit: 10, Newest: true},
		"status": {Statuses: []store.Status{store.Failed}}, "parent": {Parent: "parent"},
		"labels": {Labels: map[string]string{"colour": "blue"}}, "expired": {Expired: time.Now()},
		"behind": {After: store.Cursor{Created: all[2000].Created, ID: "r2000"}, Limit: 10},
	} {
		text, args := postgres.PageText(q)
		plans[name] = plan(t, s, text, args...)
	}
	ofLists := regexp.MustCompile(`CTE Scan on .*\n *Filter: .*\n *Rows Removed by Filter: `) // they are short
	for name, plan := range plans {
		plan = ofLists.ReplaceAllString(plan, "")
		require.NotContains(t, plan, "Seq Scan on runs", "%s:\n%s", name, plan)
		require.NotContains(t, plan, "Rows Removed by Filter", "%s:\n%s", name, plan)
	}
}

// The statistics are of a moment at which nobody had a lease. There may be thousands soon.
func TestWhoeverWritesFindsRunsByTheirIDs(t *testing.T) {
	t.Parallel()
	s := open(t, postgres.Config{})
	var all []store.Run
	for i := range 5000 {
		all = append(all, pending(fmt.Sprint("r", i)))
	}
	_, err := s.Create(t.Context(), all)
	require.NoError(t, err)
	sql(t, s, "ANALYZE baton.runs")
	runs, epochs := [][]byte{[]byte("r1"), []byte("r2")}, []int64{1, 1}
	none, never := make([][]byte, 2), make([]*time.Time, 2)
	for name, plan := range map[string]string{
		"append one":  plan(t, s, postgres.AppendOneText, runs[0], 1, 1, []byte{}),
		"append many": plan(t, s, postgres.AppendManyText, runs, epochs, []int64{1}, []int64{1}, none[:1]),
		"end": plan(t, s, postgres.EndText, runs, epochs, []bool{true, false}, epochs, []int16{4, 0}, never, never, never,
			never, none, none, []int64{1}, []int64{1}, none[:1]),
	} {
		require.NotContains(t, plan, "Seq Scan on runs", "%s:\n%s", name, plan)
		require.NotContains(t, plan, "runs_leases", "%s:\n%s", name, plan)
		require.Contains(t, plan, "Index Cond: (run = ", "%s:\n%s", name, plan)
	}
}

// The server plans a statement anew each time as long as it hopes for better plans than that for any arguments.
func TestStatementsAreNotPlannedAgainAndAgain(t *testing.T) {
	t.Parallel()
	s := openAt(t, pgserver.DSN(t)+" pool_max_conns=2", postgres.Config{Schema: schema()})
	const often = 30
	for i := range often {
		id := fmt.Sprint("r", i)
		_, err := s.Create(t.Context(), []store.Run{pending(id)})
		require.NoError(t, err)
		h := claim(t, s, 1).Runs
		require.Len(t, h, 1)
		_, err = s.List(t.Context(), store.Query{IDs: []string{id}, Limit: 1})
		require.NoError(t, err)
		_, err = s.List(t.Context(), store.Query{IDs: []string{id, "r0"}, Limit: 2})
		require.NoError(t, err)
		state := h[0].Run.State
		state.Status, state.Finished = store.Completed, time.Now()
		errs, err := s.Commit(t.Context(), []store.Write{{
			Run: id, Epoch: h[0].Run.Epoch, State: &state, Revision: h[0].Run.Revision, Release: true,
			Records: []store.Record{{N: 1, Kind: store.Step, Path: "0"}},
		}})
		require.NoError(t, err)
		require.Empty(t, errs)
	}
	for _, conn := range s.Pool().AcquireAllIdle(t.Context()) {
		rows, err := conn.Query(t.Context(), `SELECT statement || ': ' || custom_plans FROM pg_prepared_statements
			WHERE custom_plans > 5`)
		require.NoError(t, err)
		again, err := pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(t, err)
		require.Empty(t, again, "it is planned five times, and then for good")
		conn.Release()
	}
}

func TestStatementsArePlannedAnewWhenTheTablesHaveGrown(t *testing.T) {
	t.Parallel()
	s := open(t, postgres.Config{})
	list := func() string {
		_, err := s.List(t.Context(), store.Query{IDs: []string{"r1"}, Limit: 1})
		require.NoError(t, err)
		return s.Lasting(postgres.LookText)
	}
	small := list()
	runs := make([]store.Run, 5000)
	for i := range runs {
		runs[i] = pending(fmt.Sprint("r", i))
	}
	_, err := s.Create(t.Context(), runs)
	require.NoError(t, err)
	s.ForgetSize()
	require.NotEqual(t, small, list())
	large := list()
	s.ForgetSize()
	require.Equal(t, large, list(), "as long as they have that size the plans are kept")
}
