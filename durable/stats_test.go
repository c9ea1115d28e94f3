package durable_test

import (
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
)

func TestRunsAreCountedByTheStoreOrByUs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, begin := newShop(), time.Now()
		for i, status := range []durable.Status{
			durable.Completed, durable.Completed, durable.Failed, durable.Blocked, durable.Waiting, durable.Paused,
		} {
			id := strconv.Itoa(i)
			s.start(t, id)
			s.claim(t)
			synctestSleep(time.Duration(i+1) * time.Second)
			s.end(t, id, func(st *store.State) {
				st.Status, st.Due = status, time.Time{}
				if status.Finished() {
					st.Finished = time.Now()
				}
			})
		}
		s.start(t, "running")
		s.claim(t)
		s.start(t, "pending", durable.WithLabels(map[string]string{"k": "v"}))
		s.start(t, "cancelled")
		_, err := s.Cancel(t.Context(), "cancelled", "")
		require.NoError(t, err)

		want := durable.Stats{
			Total: 9, Pending: 1, Running: 1, Waiting: 1, Completed: 2, Failed: 1, Cancelled: 1, Blocked: 1, Paused: 1,
			Average: 1500 * time.Millisecond,
		}
		ours := durable.NewClient(&counted{Store: s.Store}) // cannot count runs
		for _, c := range []*durable.Client{s.Client, ours} {
			got, err := c.Stats(t.Context(), durable.Filter{Newest: true, Limit: 1, After: "x"})
			require.NoError(t, err)
			require.Equal(t, want, got)
			got, err = c.Stats(t.Context(), durable.Filter{Labels: map[string]string{"k": "v"}})
			require.NoError(t, err)
			require.Equal(t, durable.Stats{Total: 1, Pending: 1}, got)
			got, err = c.Stats(t.Context(), durable.Filter{Text: "nowhere"})
			require.NoError(t, err)
			require.Zero(t, got)
			got, err = c.Stats(t.Context(), durable.Filter{CreatedFrom: begin, CreatedBefore: begin.Add(time.Second)})
			require.NoError(t, err)
			require.Equal(t, durable.Stats{Total: 1, Completed: 1, Average: time.Second}, got)
		}
	})
}
