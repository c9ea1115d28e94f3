package runstest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
)

// Misfits makes runs that are blocked, with a record each. Nothing else is due.
func Misfits(t *testing.T, s store.Store, ids ...string) {
	t.Helper()
	for _, r := range Leased(t, s, ids...) {
		state := r.State
		state.Status, state.Due = store.Blocked, time.Time{}
		w := Step(r, 1)
		w.State, w.Revision, w.Release = &state, r.Revision, true
		Commit(t, s, w)
	}
}

// Takeable is a store of which blocked runs can be leased.
type Takeable interface {
	store.Store
	store.Taker
}

// TakeAtOnce checks that of several owners who take the same blocked runs at the same time, one gets each.
func TakeAtOnce(t *testing.T, s Takeable, ids ...string) {
	t.Helper()
	Misfits(t, s, ids...)
	var all sync.WaitGroup
	errs, taken := make([]error, 8), make([][]store.History, 8)
	for i := range errs {
		all.Go(func() { taken[i], errs[i] = s.Take(t.Context(), string(rune('A'+i)), time.Hour, ids) })
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
