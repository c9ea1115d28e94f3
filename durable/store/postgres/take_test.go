package postgres_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/postgres"
	"github.com/baton-go/baton/internal/pgserver"
	"github.com/baton-go/baton/internal/runstest"
)

func TestOnlyBlockedRunsAreTaken(t *testing.T) {
	t.Parallel()
	s := open(t, postgres.Config{})
	runstest.Misfits(t, s, "blocked", "also", "spoilt")
	leased(t, s, "running")
	_, err := s.Create(t.Context(), []store.Run{pending("pending")})
	require.NoError(t, err)
	sql(t, s, `UPDATE baton.records SET data = '\x00' WHERE run = (SELECT id FROM baton.runs WHERE run = 'spoilt')`)
	told := listens(t, s)
	ids := []string{"blocked", "spoilt", "running", "pending", "nowhere"}
	taken, err := s.Take(t.Context(), "taker", hour, ids)
	require.NoError(t, err)
	require.Len(t, taken, 1)
	r := taken[0].Run
	require.Equal(t, "blocked", r.ID)
	require.Equal(t, store.Running, r.Status)
	require.Equal(t, store.Lease{Owner: "taker", Epoch: 2, Revision: 3}, r.Lease)
	require.WithinDuration(t, time.Now().Add(hour), r.Due, hour/2)
	require.Len(t, taken[0].Records, 1)
	hears(t, told, func(n store.Notice) bool { return n.Run == "blocked" && n.Status == store.Running })
	commit(t, s, step(r, 2))

	taken, err = s.Take(t.Context(), "other", hour, ids)
	require.NoError(t, err)
	require.Empty(t, taken, "what cannot be read is blocked again")
	runs, err := s.List(t.Context(), store.Query{Statuses: []store.Status{store.Blocked}})
	require.NoError(t, err)
	require.Len(t, runs, 2)
	require.Contains(t, runs[1].Reason, `run "spoilt": record 1 cannot be read`)
}

func TestABlockedRunIsTakenOnce(t *testing.T) {
	t.Parallel()
	s := openAt(t, pgserver.DSN(t), postgres.Config{Schema: schema()})
	runstest.TakeAtOnce(t, s, "a", "b", "c", "d", "e", "f")
}
