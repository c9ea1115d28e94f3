package memory_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
)

func TestOnlyBlockedRunsAreTaken(t *testing.T) {
	t.Parallel()
	s := memory.New()
	now := time.Now()
	of := func(id string, status store.Status) store.Run {
		return store.Run{ID: id, Flow: "f", Created: now, State: store.State{Status: status}}
	}
	create(t, s, of("blocked", store.Blocked), of("also", store.Blocked), of("waiting", store.Waiting),
		of("paused", store.Paused), of("completed", store.Completed))
	told := map[string]store.Notice{}
	stop := s.Watch(func(n store.Notice) { told[n.Run] = n })
	defer stop()
	ids := []string{"blocked", "waiting", "paused", "completed", "nowhere"}
	taken, err := s.Take(t.Context(), "owner", time.Hour, ids)
	require.NoError(t, err)
	require.Len(t, taken, 1)
	r := taken[0].Run
	require.Equal(t, "blocked", r.ID)
	require.Equal(t, store.Running, r.Status)
	require.Equal(t, store.Lease{Owner: "owner", Epoch: 1, Revision: 1}, r.Lease)
	require.WithinDuration(t, now.Add(time.Hour), r.Due, time.Minute)
	require.Equal(t, map[string]store.Notice{"blocked": {Run: "blocked", Status: store.Running, Revision: 1}}, told)
	held, err := s.Renew(t.Context(), "owner", time.Hour)
	require.NoError(t, err)
	require.Len(t, held, 1)

	taken, err = s.Take(t.Context(), "other", time.Hour, ids)
	require.NoError(t, err)
	require.Empty(t, taken)
	require.Equal(t, store.Blocked, load(t, s, "also").Run.Status)
}
