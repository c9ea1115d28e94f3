package durable_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
)

// leisurely is a store whose claims and commits take their time, and are made at the end of it.
type leisurely struct {
	*memory.Store
	claim, commit time.Duration
	answer        time.Duration // after a claim was made
}

func (s *leisurely) Claim(ctx context.Context, c store.Claim) (store.Claimed, error) {
	if err := pause(ctx, s.claim); err != nil {
		return store.Claimed{}, err
	}
	claimed, err := s.Store.Claim(ctx, c)
	if len(claimed.Runs) > 0 {
		_ = pause(context.Background(), s.answer)
	}
	return claimed, err
}

func (s *leisurely) Commit(ctx context.Context, writes []store.Write) ([]error, error) {
	if err := pause(ctx, s.commit); err != nil {
		return nil, err
	}
	return s.Store.Commit(ctx, writes)
}

func TestWhatIsClaimedWhileTheRuntimeClosesIsGivenBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := &leisurely{Store: memory.New(), claim: 500 * time.Millisecond}
		_ = begin(t, durable.NewClient(st.Store), steps, "r", 3)
		rt := openLater(t, st, &crew{}, durable.Config{Flows: durable.Flows(steps)})
		time.Sleep(100 * time.Millisecond) // synctest
		began := time.Now()
		require.NoError(t, rt.Close(t.Context()))
		require.Equal(t, 400*time.Millisecond, time.Since(began))
		row := rowOf(t, st.Store, "r")
		require.EqualValues(t, 1, row.Epoch)
		require.Empty(t, row.Owner)
		require.Equal(t, store.Waiting, row.Status)
	})
}

func TestAClaimThatHangsDoesNotKeepARuntimeFromBeingClosed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := &leisurely{Store: memory.New(), claim: time.Hour}
		rt := openLater(t, st, &crew{}, durable.Config{Flows: durable.Flows(steps)})
		synctest.Wait()
		began := time.Now()
		require.NoError(t, rt.Close(t.Context()))
		require.Equal(t, time.Second, time.Since(began))
	})
}

// The last write of a run is made although the runtime stops its runs meanwhile: what it has come to, or that it was
// unloaded.
func TestTheLastWriteOfARunIsMadeAlthoughTheRuntimeCloses(t *testing.T) {
	t.Parallel()
	for want, flow := range map[store.Status]durable.Flow[time.Duration, string]{
		store.Completed: durable.Define("ends", same), store.Waiting: napping,
	} {
		t.Run(want.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				st := &leisurely{Store: memory.New(), commit: 500 * time.Millisecond}
				rt := openLater(t, st, &crew{}, durable.Config{Flows: durable.Flows(flow), UnloadAfter: 1})
				_ = begin(t, rt, flow, "r", time.Hour)
				time.Sleep(100 * time.Millisecond) // synctest
				hour := rowOf(t, st.Store, "r").Started.Add(time.Hour)
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				require.ErrorIs(t, rt.Close(ctx), context.Canceled)
				row := rowOf(t, st.Store, "r")
				require.Equal(t, want, row.Status)
				require.Empty(t, row.Owner)
				if want == store.Waiting {
					require.WithinDuration(t, hour, row.Due, 0, "until then it sleeps")
				}
			})
		})
	}
}

// same is a workflow that does nothing.
func same(_ actions.Yield, d time.Duration) (string, error) { return d.String(), nil }
