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

// behind is a store whose clock is behind: what is due has yet to become so there.
type behind struct {
	*memory.Store
	since  time.Time
	by     time.Duration
	claims atomic.Int64
}

func (s *behind) Claim(ctx context.Context, c store.Claim) (store.Claimed, error) {
	s.claims.Add(1)
	if time.Since(s.since) < s.by {
		return store.Claimed{Next: s.since}, nil
	}
	return s.Store.Claim(ctx, c)
}

func TestAStoreWhoseClockIsBehindIsAskedNowAndThen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := &behind{Store: memory.New(), since: time.Now(), by: 10 * time.Minute}
		_ = open(t, st, &crew{}, durable.Config{Flows: durable.Flows(steps)})
		_, err := begin(t, durable.NewClient(st.Store), steps, "r", 1).Result(t.Context())
		require.NoError(t, err)
		require.GreaterOrEqual(t, time.Since(st.since), st.by)
		require.LessOrEqual(t, time.Since(st.since), st.by+time.Second)
		require.Less(t, st.claims.Load(), int64(700), "it is not asked all the time")
	})
}

// A clock that jumps ends leases early, of runs that this very process carries out.
func TestARunThatIsClaimedOnceMoreByItsOwnRuntimeGoesOnInTheNewEpoch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, let := memory.New(), make(chan struct{})
		c := &crew{store: st, do: func(_ context.Context, w work) (string, error) {
			<-let // whatever becomes of its context
			return w.Name, nil
		}}
		_ = open(t, st, c, durable.Config{Flows: durable.Flows(steps), MaxConcurrent: 2}) // the earlier life takes no place
		h := begin(t, durable.NewClient(st), steps, "r", 2)
		synctest.Wait()
		for range 3 {
			_, err := st.Commit(t.Context(), []store.Write{expired(rowOf(t, st, "r"))})
			require.NoError(t, err)
			time.Sleep(time.Second) // synctest: later lives are trials
		}
		require.Equal(t, 4, c.times()["r/0/durable_test.work"], "each life begins it")
		close(let)
		result, err := h.Result(t.Context())
		require.NoError(t, err)
		require.Equal(t, "1", result)
		require.Equal(t, 1, c.times()["r/1/durable_test.work"], "one of them goes on")
		last := rowOf(t, st, "r").Epoch
		require.Equal(t, []int64{last, last}, epochs(t, st, "r"))
		c.onceAfterRecord(t)
	})
}

func TestARenewalFindsOutThatALeaseIsGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, began := memory.New(), time.Now()
		stopped := flakyOn(st, 1)
		stopped.deaf = true
		var cause error
		var after time.Duration
		c := &crew{do: func(ctx context.Context, w work) (string, error) {
			cause = pause(ctx, time.Hour)
			after = time.Since(began)
			return w.Name, cause
		}}
		_ = begin(t, durable.NewClient(st), steps, "r", 1) // before, because nobody hears of it afterwards
		_ = open(t, stopped, c, durable.Config{Flows: durable.Flows(steps), Lease: 30 * time.Second})
		time.Sleep(2 * time.Second) // synctest
		takeOver(t, st, "r", &stopped.gate)
		time.Sleep(time.Minute) // synctest
		synctest.Wait()
		require.ErrorIs(t, cause, store.ErrFenced, "the handler is told")
		require.NotErrorIs(t, cause, durable.ErrClosed)
		require.Equal(t, 10*time.Second, after, "a third of a lease after the last one")
		require.Empty(t, epochs(t, st, "r"))
	})
}
