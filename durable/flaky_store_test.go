package durable_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/orchestrate"
)

// busy is a flow that does a little of everything, n times.
var busy = durable.Define("busy", func(y actions.Yield, n int) (int, error) {
	for range n {
		if _, err := orchestrate.All(y, orchestrate.Each(work{Name: "a"}, work{Name: "b"})...); err != nil {
			return 0, err
		}
		if err := orchestrate.Tell(y, actions.Sleep{For: 3 * time.Millisecond}); err != nil {
			return 0, err
		}
		_, err := orchestrate.Race(y, orchestrate.Lift(work{Name: "c"}), orchestrate.Lift(work{Name: "d"}))
		if err != nil {
			return 0, err
		}
	}
	return n, nil
})

// A store that fails now and then, before and after it has done what it was asked, or is slow: runs take longer.
func TestRunsEndAlthoughTheStoreFails(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*flaky){
		"before":          func(f *flaky) { f.before = 30 },
		"after":           func(f *flaky) { f.after = 30 },
		"before or after": func(f *flaky) { f.before, f.after = 20, 20 },
		"slow":            func(f *flaky) { f.slow = 20 * time.Millisecond },
		"all":             func(f *flaky) { f.before, f.after, f.slow = 10, 10, 20*time.Millisecond },
		"all, and deaf":   func(f *flaky) { f.before, f.after, f.slow, f.deaf = 10, 10, 20*time.Millisecond, true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(3) {
				synctest.Test(t, func(t *testing.T) {
					st := newFlaky(seed)
					c := slow(st.memory, time.Millisecond)
					client := durable.NewClient(st.memory)
					handles := make([]*durable.Handle[int], 20)
					for i := range handles {
						handles[i] = begin(t, client, busy, runID(i), 4)
					}
					change(st)
					rt := openLater(t, st, c, durable.Config{Flows: durable.Flows(busy), UnloadAfter: 2 * time.Millisecond})
					for _, h := range handles {
						_, err := h.Result(t.Context())
						require.NoError(t, err)
					}
					c.onceAfterRecord(t)
					closeNow(t, rt)
					for _, h := range handles {
						row := rowOf(t, st.memory, h.ID())
						require.Equal(t, store.Completed, row.Status)
						require.Empty(t, row.Owner)
					}
				})
			}
		})
	}
}

func TestNothingIsLostWhileTheStoreIsAway(t *testing.T) {
	t.Parallel()
	for name, away := range map[string]time.Duration{
		"for less than a lease": 20 * time.Second, "for longer than a lease": time.Minute,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				st := newFlaky(1)
				c := slow(st.memory, time.Second)
				rt := open(t, st, c, durable.Config{Flows: durable.Flows(steps, compensating)})
				var handles []*durable.Handle[string]
				for i := range 50 {
					handles = append(handles, begin(t, rt, steps, runID(i), 10))
				}
				hangs := begin(t, rt, compensating, "waits", "receive")
				time.Sleep(4500 * time.Millisecond) // synctest
				st.away.Store(true)
				time.Sleep(away) // synctest
				st.away.Store(false)
				began := time.Now()
				require.NoError(t, rt.Send(t.Context(), "waits", "go", "on"))
				for _, h := range handles {
					_, err := h.Result(t.Context())
					require.NoError(t, err)
				}
				_, err := hangs.Result(t.Context())
				require.NoError(t, err)
				c.onceAfterRecord(t)
				if away < 30*time.Second {
					require.Equal(t, 50*10+1, c.count(), "no lease was lost")
				}
				require.Less(t, time.Since(began), 30*time.Second)
			})
		})
	}
}

func TestARuntimeThatCannotRenewItsLeasesStopsItsRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := newFlaky(1)
		ended := make(chan time.Duration, 2)
		began := time.Now()
		c := &crew{store: st.memory, do: func(ctx context.Context, w work) (string, error) {
			err := pause(ctx, time.Hour)
			if errors.Is(err, store.ErrFenced) {
				ended <- time.Since(began)
			}
			return w.Name, err
		}}
		rt := open(t, st, c, durable.Config{Flows: durable.Flows(steps), Lease: 30 * time.Second})
		h := begin(t, rt, steps, "r", 1)
		time.Sleep(55 * time.Second) // synctest
		st.away.Store(true)
		time.Sleep(time.Minute) // synctest
		require.Equal(t, 80*time.Second, <-ended, "a lease after the last renewal, at 50 s")
		st.away.Store(false)
		_, err := h.Result(t.Context())
		require.NoError(t, err)
		require.Equal(t, 2, c.count())
		require.EqualValues(t, 2, rowOf(t, st.memory, "r").Epoch)
	})
}
