package postgres_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/postgres"
	"github.com/baton-go/baton/internal/pgserver"
)

// misfits makes runs that are blocked, with a record each.
func misfits(t *testing.T, s *postgres.Store, ids ...string) {
	t.Helper()
	for _, r := range leased(t, s, ids...) {
		state := r.State
		state.Status, state.Due = store.Blocked, time.Time{}
		w := step(r, 1)
		w.State, w.Revision, w.Release = &state, r.Revision, true
		commit(t, s, w)
	}
}

func TestOnlyBlockedRunsAreTaken(t *testing.T) {
	t.Parallel()
	s := open(t, postgres.Config{})
	misfits(t, s, "blocked", "also", "spoilt")
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
	c := postgres.Config{Schema: schema()}
	s := openAt(t, pgserver.DSN(t), c)
	ids := []string{"a", "b", "c", "d", "e", "f"}
	misfits(t, s, ids...)
	var all sync.WaitGroup
	errs, taken := make([]error, 8), make([][]store.History, 8)
	for i := range errs {
		all.Go(func() { taken[i], errs[i] = s.Take(t.Context(), string(rune('A'+i)), hour, ids) })
	}
	all.Wait()
	require.NoError(t, errors.Join(errs...))
	owners := map[string]string{}
	for i, histories := range taken {
		for _, h := range histories {
			require.Empty(t, owners[h.Run.ID], "run %s was taken twice", h.Run.ID)
			owners[h.Run.ID] = string(rune('A' + i))
			require.Equal(t, owners[h.Run.ID], h.Run.Owner)
			require.Equal(t, int64(2), h.Run.Epoch)
		}
	}
	require.Len(t, owners, len(ids))
}
