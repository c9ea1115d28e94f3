package durable_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// suspicious starts runs, each of which some lives have come to nothing already.
func suspicious[In, Out any](
	t *testing.T, st store.Store, f durable.Flow[In, Out], lives, n int, in In,
) (handles []*durable.Handle[Out]) {
	t.Helper()
	for i := range n {
		handles = append(handles, begin(t, durable.NewClient(st), f, "suspect-"+runID(i), in))
	}
	for range lives {
		claimed, err := st.Claim(t.Context(), store.Claim{
			Owner: "crashes", Lease: time.Second, Max: 10_000, Flows: []string{f.Name()},
		})
		require.NoError(t, err)
		require.Len(t, claimed.Runs, n)
		synctestSleep(time.Second)
	}
	return handles
}

// watched is a crew that notes when steps begin, and how many of suspects are carried out at a time.
type watched struct {
	crew
	began time.Time

	mu        sync.Mutex
	begun     []time.Duration // of suspects
	now, most int
}

func watch(takes time.Duration) *watched {
	w := &watched{began: time.Now()}
	w.do = func(ctx context.Context, work work) (string, error) {
		if !strings.HasPrefix(executor.StepFrom(ctx).Run(), "suspect") {
			return work.Name, pause(ctx, time.Second)
		}
		w.mu.Lock()
		w.begun = append(w.begun, time.Since(w.began).Truncate(time.Second))
		w.now++
		w.most = max(w.most, w.now)
		w.mu.Unlock()
		defer func() {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.now--
		}()
		return work.Name, pause(ctx, takes)
	}
	return w
}

func TestSuspectsAreTriedOneAtATimeUntilTheyHaveMadeARecord(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New()
		handles := suspicious(t, st, steps, 3, 5, 1)
		c := watch(10 * time.Second)
		_ = open(t, st, &c.crew, durable.Config{Flows: durable.Flows(steps)})
		for _, h := range handles {
			_, err := h.Result(t.Context())
			require.NoError(t, err)
		}
		require.Equal(t, 1, c.most)
		require.Equal(t, []time.Duration{
			0, 10 * time.Second, 20 * time.Second, 30 * time.Second, 40 * time.Second,
		}, c.begun)
	})
}

func TestASuspectThatHasMadeARecordGoesOnBesideOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New()
		handles := suspicious(t, st, steps, 3, 3, 5)
		c := watch(10 * time.Second)
		_ = open(t, st, &c.crew, durable.Config{Flows: durable.Flows(steps)})
		for _, h := range handles {
			_, err := h.Result(t.Context())
			require.NoError(t, err)
		}
		require.Equal(t, 3, c.most)
		require.Less(t, time.Since(c.began), 71*time.Second, "10 s for each first step, and 40 s")
	})
}

func TestALongStepHoldsUpOtherSuspectsForTheTimeOfALease(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New()
		handles := suspicious(t, st, steps, 3, 3, 1)
		c := watch(time.Hour)
		_ = open(t, st, &c.crew, durable.Config{Flows: durable.Flows(steps), Lease: time.Minute})
		time.Sleep(30 * time.Second) // synctest
		counts := func() (trials []int64) {
			for _, h := range handles {
				trials = append(trials, rowOf(t, st, h.ID()).Trials)
			}
			return trials
		}
		require.ElementsMatch(t, []int64{1, 0, 0}, counts(), "it counts against the one that is on trial")
		time.Sleep(3 * time.Minute) // synctest
		require.Equal(t, []int64{0, 0, 0}, counts(), "they are acquitted")
		for _, h := range handles {
			_, err := h.Result(t.Context())
			require.NoError(t, err)
		}
		require.Equal(t, []time.Duration{0, time.Minute, 2 * time.Minute}, c.begun)
	})
}

func TestARunThatCrashedOnceOrTwiceIsNoSuspect(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New()
		handles := suspicious(t, st, steps, 2, 5, 1)
		c := watch(time.Hour)
		_ = open(t, st, &c.crew, durable.Config{Flows: durable.Flows(steps)})
		for _, h := range handles {
			_, err := h.Result(t.Context())
			require.NoError(t, err)
		}
		require.Equal(t, 5, c.most)
	})
}

func TestSuspectsTakeNoPlacesThatOthersNeed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New()
		const many = 200 // more than are in memory
		suspects := suspicious(t, st, steps, 3, many, 1)
		c := watch(10 * time.Second)
		_ = open(t, st, &c.crew, durable.Config{Flows: durable.Flows(steps), MaxConcurrent: 1, MaxLoaded: 1})
		time.Sleep(time.Minute) // synctest
		others := make([]*durable.Handle[string], 10)
		for i := range others {
			others[i] = begin(t, durable.NewClient(st), steps, runID(i), 2, durable.WithPriority(-1))
		}
		began := time.Now()
		for _, h := range others {
			_, err := h.Result(t.Context())
			require.NoError(t, err)
		}
		require.Less(t, time.Since(began), time.Minute, "two seconds each, one after the other, and what suspects take")
		for _, h := range suspects {
			_, err := h.Result(t.Context())
			require.NoError(t, err)
		}
		require.Equal(t, 1, c.most)
		require.Less(t, time.Since(c.began), many*10*time.Second+5*time.Minute)
	})
}

func TestASuspectThatWaitsIsClearedAtOnce(t *testing.T) {
	t.Parallel()
	for name, lives := range map[string]int{"after a crash": 1, "a suspect": 3} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				st := memory.New()
				flow := durable.Define("waiter", func(y actions.Yield, _ int) (string, error) {
					return orchestrate.Do(y, actions.Receive[string]{Name: "go"})
				})
				handles := suspicious(t, st, flow, lives, 100, 0)
				rt := open(t, st, &crew{}, durable.Config{Flows: durable.Flows(flow), UnloadAfter: never})
				time.Sleep(20 * time.Second) // synctest
				for _, h := range handles {
					row := rowOf(t, st, h.ID())
					require.Equal(t, store.Waiting, row.Status)
					require.Equal(t, row.Epoch, row.Settled)
					require.Zero(t, row.Trials)
					require.NoError(t, rt.Send(t.Context(), h.ID(), "go", "on"))
				}
				for _, h := range handles {
					_, err := h.Result(t.Context())
					require.NoError(t, err)
				}
			})
		})
	}
}

func TestSuspectsThatWaitForTheirTurnAreGivenBackByClose(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New()
		handles := suspicious(t, st, steps, 5, 10, 1)
		c := watch(time.Hour)
		rt := openLater(t, st, &c.crew, durable.Config{Flows: durable.Flows(steps)})
		time.Sleep(10 * time.Second) // synctest
		require.Error(t, rt.Close(done(t)), "the one on trial was interrupted")
		for _, h := range handles {
			row := rowOf(t, st, h.ID())
			require.Equal(t, store.Waiting, row.Status)
			require.Empty(t, row.Owner)
			require.False(t, row.Due.After(time.Now()))
			require.EqualValues(t, 5, row.Epoch-row.Settled, "as many lives are unaccounted for as before")
			require.Zero(t, row.Trials)
		}
	})
}

func TestASuspectThatWaitsForItsTurnMayBeCancelled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New()
		handles := suspicious(t, st, steps, 3, 3, 1)
		c := watch(time.Hour)
		rt := open(t, st, &c.crew, durable.Config{Flows: durable.Flows(steps)})
		time.Sleep(time.Second) // synctest
		slices.SortFunc(handles, func(a, b *durable.Handle[string]) int {
			return int(rowOf(t, st, a.ID()).Trials - rowOf(t, st, b.ID()).Trials)
		})
		for _, h := range handles {
			_, err := rt.Cancel(t.Context(), h.ID(), "it takes too long")
			require.NoError(t, err)
		}
		for _, h := range handles {
			_, err := h.Result(t.Context())
			var cancelled *durable.CancelledError
			require.ErrorAs(t, err, &cancelled)
		}
		require.Equal(t, 1, c.count(), "those in the queue were not carried out")
		require.Less(t, time.Since(c.began), 5*time.Second)
	})
}

func TestASuspectWhoseLeaseIsLostInTheQueueLeavesIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := newFlaky(1)
		handles := suspicious(t, st.Store, steps, 3, 3, 1)
		c := watch(time.Hour)
		_ = open(t, st, &c.crew, durable.Config{Flows: durable.Flows(steps)})
		time.Sleep(time.Second) // synctest
		st.away.Store(true)
		time.Sleep(time.Minute) // synctest
		st.away.Store(false)
		for _, h := range handles {
			_, err := h.Result(t.Context())
			require.NoError(t, err)
		}
	})
}

// The log of a run does not name a child that was started right before a crash. That it may have one is not forgotten
// by a life that was ended in good order before it did anything.
func TestAChildThatNoLogNamesIsNotForgottenInTheQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New()
		client := durable.NewClient(st)
		h := suspicious(t, st, steps, 3, 1, 1)[0]
		_ = begin(t, client, buy, "child", order{}, durable.WithParent(h.ID(), durable.CancelOnClose))
		rt := openLater(t, st, &crew{}, durable.Config{Flows: durable.Flows(steps)})
		time.Sleep(10 * time.Millisecond) // synctest
		closeNow(t, rt)
		_, err := client.Cancel(t.Context(), h.ID(), "")
		require.NoError(t, err)
		rt = openLater(t, st, &crew{}, durable.Config{Flows: durable.Flows(steps)})
		_, err = h.Result(t.Context())
		var cancelled *durable.CancelledError
		require.ErrorAs(t, err, &cancelled)
		closeNow(t, rt)
		require.Greater(t, rowOf(t, st, h.ID()).Epoch, int64(4), "it was in the queue")
		require.Equal(t, store.Cancelled, rowOf(t, st, "child").Status)
	})
}
