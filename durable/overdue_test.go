package durable_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
)

// blockedUntil has a run blocked, which has a deadline in ten hours, a parent and a child.
func blockedUntil(t *testing.T, st store.Store, c *crew) *durable.Handle[string] {
	t.Helper()
	client := durable.NewClient(st)
	_ = begin(t, client, buy, "parent", order{})
	h := begin(t, client, changing(""), "r", 0,
		durable.WithTimeLimit(10*time.Hour), durable.WithParent("parent", durable.Abandon))
	_ = begin(t, client, buy, "child", order{}, durable.WithParent("r", durable.CancelOnClose))
	rt := openLater(t, st, c, durable.Config{Flows: durable.Flows(changing("old"))})
	time.Sleep(time.Minute) // synctest
	closeNow(t, rt)
	rt = openLater(t, st, c, durable.Config{Flows: durable.Flows(changing("new"))})
	time.Sleep(2 * time.Hour) // synctest: it sleeps for one
	require.Equal(t, store.Blocked, rowOf(t, st, "r").Status)
	closeNow(t, rt)
	return h
}

func TestADeadlineEndsARunThatIsBlocked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New()
		h := blockedUntil(t, st, &crew{})
		_ = open(t, st, &crew{}, durable.Config{Flows: durable.Flows(steps)}) // which does not know its flow
		time.Sleep(5 * time.Hour)                                             // synctest
		require.Equal(t, store.Blocked, rowOf(t, st, "r").Status)
		time.Sleep(5 * time.Hour) // synctest
		_, err := h.Result(t.Context())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, `the deadline of run "r" has passed`)
		row := rowOf(t, st, "r")
		require.Equal(t, store.Failed, row.Status)
		require.Empty(t, row.Reason)
		require.False(t, row.Expires.IsZero())
		require.LessOrEqual(t, row.Finished.Sub(row.Deadline), time.Minute)
		require.Equal(t, store.Cancelled, rowOf(t, st, "child").Status)
		told, err := st.Load(t.Context(), "parent", store.Mark{})
		require.NoError(t, err)
		require.Len(t, told.Messages, 1)
	})
}

func TestABlockedRunThatWasCancelledIsSoAfterItsDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New()
		h := blockedUntil(t, st, &crew{})
		_, err := h.Cancel(t.Context(), "not wanted")
		require.NoError(t, err)
		_ = open(t, st, &crew{}, durable.Config{Flows: durable.Flows(steps)})
		time.Sleep(10 * time.Hour) // synctest
		_, err = h.Result(t.Context())
		var cancelled *durable.CancelledError
		require.ErrorAs(t, err, &cancelled)
		require.Equal(t, "not wanted", cancelled.Reason)
	})
}

// claimedFirst is a store in which somebody claims a run right before it is ended.
type claimedFirst struct {
	*memory.Store
	claimed atomic.Bool
}

func (s *claimedFirst) Commit(ctx context.Context, writes []store.Write) ([]error, error) {
	for _, w := range writes {
		if w.Run == "r" && w.Epoch == 0 && w.State.Status == store.Failed && !s.claimed.Swap(true) {
			runs, err := s.List(ctx, store.Query{IDs: []string{"r"}})
			if err != nil {
				return nil, err
			}
			due := runs[0].State
			due.Status, due.Due = store.Waiting, time.Now()
			_, _ = s.Store.Commit(ctx, []store.Write{{Run: "r", State: &due, Revision: runs[0].Revision}})
			_, _ = s.Store.Claim(ctx, store.Claim{
				Owner: "other", Lease: 24 * time.Hour, Max: 1, Flows: []string{"changing"},
			})
		}
	}
	return s.Store.Commit(ctx, writes)
}

func TestARunThatIsClaimedAtItsDeadlineIsLeftAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := &claimedFirst{Store: memory.New()}
		_ = blockedUntil(t, st, &crew{})
		_ = open(t, st, &crew{}, durable.Config{Flows: durable.Flows(steps)})
		time.Sleep(10 * time.Hour) // synctest
		require.True(t, st.claimed.Load())
		row := rowOf(t, st, "r")
		require.Equal(t, store.Running, row.Status)
		require.Equal(t, "other", row.Owner)
	})
}

func TestADeadlineEndsARunWhoseFlowNobodyKnows(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New()
		client := durable.NewClient(st)
		dead := begin(t, client, buy, "dead", order{}, durable.WithTimeLimit(time.Hour))
		claim := func(owner string, lease time.Duration) {
			claimed, err := st.Claim(t.Context(), store.Claim{Owner: owner, Lease: lease, Max: 1, Flows: []string{"buy"}})
			require.NoError(t, err)
			require.Len(t, claimed.Runs, 1)
		}
		claim("dies", 10*time.Minute)
		held := begin(t, client, buy, "held", order{}, durable.WithTimeLimit(time.Hour))
		claim("lives", 100*time.Hour)
		never := begin(t, client, buy, "never", order{}, durable.WithTimeLimit(time.Hour))
		free := begin(t, client, buy, "free", order{})
		_ = open(t, st, &crew{}, durable.Config{Flows: durable.Flows(steps)})
		time.Sleep(30 * time.Minute) // synctest
		require.Equal(t, store.Pending, rowOf(t, st, "never").Status)
		time.Sleep(2 * time.Hour) // synctest
		for _, h := range []*durable.Handle[string]{dead, never} {
			_, err := h.Result(t.Context())
			require.ErrorIs(t, err, context.DeadlineExceeded)
		}
		require.Equal(t, store.Running, rowOf(t, st, held.ID()).Status, "somebody has it")
		require.Equal(t, store.Pending, rowOf(t, st, free.ID()).Status, "it has no deadline")
	})
}
