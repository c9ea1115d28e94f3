package redis_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/redis"
	"github.com/baton-go/baton/internal/runstest"
)

func TestOnlyBlockedRunsAreTaken(t *testing.T) {
	t.Parallel()
	s := open(t, redis.Config{})
	runstest.Misfits(t, s, "blocked", "also", "spoilt", "damaged")
	runstest.Leased(t, s, "running")
	over := runstest.Pending("over")
	over.Status, over.Due = store.Completed, time.Time{}
	_, err := s.Create(t.Context(), []store.Run{runstest.Pending("pending"), over})
	require.NoError(t, err)
	command(t, s, "HSET", s.Key("log:spoilt"), "1", "spoilt")
	command(t, s, "HSET", s.Key("run:damaged"), "epoch", "x")
	told := listens(t, s)
	ids := []string{"blocked", "spoilt", "running", "pending", "over", "damaged", "nowhere"}
	taken, err := s.Take(t.Context(), "taker", time.Hour, ids)
	require.NoError(t, err)
	require.Len(t, taken, 1)
	r := taken[0].Run
	require.Equal(t, "blocked", r.ID)
	require.Equal(t, store.Running, r.Status)
	require.Equal(t, store.Lease{Owner: "taker", Epoch: 2, Revision: 3}, r.Lease)
	require.WithinDuration(t, time.Now().Add(time.Hour), r.Due, time.Hour/2)
	require.Len(t, taken[0].Records, 1)
	hears(t, told, func(n store.Notice) bool { return n.Run == "blocked" && n.Status == store.Running })
	runstest.Commit(t, s, runstest.Step(r, 2))
	held, err := s.Renew(t.Context(), "taker", time.Hour)
	require.NoError(t, err)
	require.Len(t, held, 1)

	taken, err = s.Take(t.Context(), "other", time.Hour, ids)
	require.NoError(t, err)
	require.Empty(t, taken, "what cannot be read is blocked again")
	runs, err := s.List(t.Context(), store.Query{Statuses: []store.Status{store.Blocked}})
	require.NoError(t, err)
	reasons := map[string]string{}
	for _, r := range runs {
		reasons[r.ID] = r.Reason
	}
	require.Len(t, reasons, 3)
	require.Empty(t, reasons["also"])
	require.Contains(t, reasons["spoilt"], `run "spoilt": record 1 cannot be read`)
	require.Contains(t, reasons["damaged"], `run "damaged": its field epoch cannot be read`)

	// The lease runs out like any other.
	_, err = s.Renew(t.Context(), "taker", 0)
	require.NoError(t, err)
	require.Len(t, runstest.Claim(t, s, 5).Runs, 2)
}

func TestABlockedRunIsTakenOnce(t *testing.T) {
	t.Parallel()
	s := open(t, redis.Config{})
	var ids []string
	for i := range 30 {
		ids = append(ids, fmt.Sprint("r", i))
	}
	runstest.TakeAtOnce(t, s, ids...)
}

func TestRunsWithManyRecordsAreTakenAFewAtATime(t *testing.T) {
	t.Parallel()
	s := open(t, redis.Config{})
	ids := []string{"a", "b", "c"}
	for _, r := range runstest.Leased(t, s, ids...) {
		blocked := store.State{Status: store.Blocked}
		many := store.Write{Run: r.ID, Epoch: r.Epoch, State: &blocked, Revision: 1, Release: true}
		for n := range int64(10_001) {
			many.Records = append(many.Records, store.Record{N: n, Epoch: 1})
		}
		runstest.Commit(t, s, many)
	}
	taken, err := s.Take(t.Context(), "taker", time.Hour, ids)
	require.NoError(t, err)
	require.Len(t, taken, len(ids))
	for _, h := range taken {
		require.Len(t, h.Records, 10_001)
	}
}
