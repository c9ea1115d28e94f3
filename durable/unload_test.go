package durable_test

import (
	"context"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/orchestrate"
)

// It counts the goroutines of the process, so it runs alone.
func TestTenThousandSleepingRunsTakeNoGoroutineAndWakeUpInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const runs = 10_000
		st := memory.New()
		var up atomic.Int64
		var late atomic.Int64
		began := time.Now()
		flow := durable.Define("sleeper", func(y actions.Yield, hours int) (int, error) {
			if err := orchestrate.Tell(y, actions.Sleep{For: time.Duration(hours) * time.Hour}); err != nil {
				return 0, err
			}
			_, err := orchestrate.Do(y, work{Name: strconv.Itoa(hours)})
			return hours, err
		})
		c := &crew{do: func(_ context.Context, w work) (string, error) {
			up.Add(1)
			hours, err := strconv.Atoi(w.Name)
			if time.Since(began) != time.Duration(hours)*time.Hour {
				late.Add(1)
			}
			return "", err
		}}
		before := runtime.NumGoroutine()
		rt := open(t, st, c, durable.Config{
			Flows: durable.Flows(flow), Lease: 24 * time.Hour, Poll: 24 * time.Hour, SweepEvery: 24 * time.Hour,
		})
		ins := make([]int, runs)
		for i := range ins {
			ins[i] = 1 + i%100
		}
		_, err := flow.StartMany(t.Context(), rt, ins, nil)
		require.NoError(t, err)
		time.Sleep(time.Minute) // synctest
		require.Zero(t, up.Load())
		require.Less(t, runtime.NumGoroutine(), before+50)
		stats, err := rt.Stats(t.Context(), durable.Filter{Statuses: []durable.Status{durable.Waiting}})
		require.NoError(t, err)
		require.EqualValues(t, runs, stats.Total)
		for hour := 1; hour <= 100; hour++ {
			time.Sleep(time.Until(began.Add(time.Duration(hour)*time.Hour + time.Second))) // synctest
			require.EqualValues(t, hour*runs/100, up.Load())
		}
		require.Zero(t, late.Load())
	})
}

func TestNoMoreRunsAreInMemoryThanMayBe(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New()
		flow := durable.Define("waiter", func(y actions.Yield, _ int) (string, error) {
			return orchestrate.Do(y, actions.Receive[string]{Name: "go"})
		})
		rt := open(t, st, &crew{}, durable.Config{
			Flows: durable.Flows(flow), MaxConcurrent: 10, MaxLoaded: 20, UnloadAfter: time.Hour,
		})
		handles, err := flow.StartMany(t.Context(), rt, make([]int, 500), nil)
		require.NoError(t, err)
		time.Sleep(time.Minute) // synctest
		status := map[durable.Status]int{}
		for _, h := range handles {
			s, err := h.Status(t.Context())
			require.NoError(t, err)
			status[s]++
		}
		require.Equal(t, map[durable.Status]int{durable.Waiting: 480, durable.Running: 20}, status)
		for _, h := range handles {
			require.NoError(t, rt.Send(t.Context(), h.ID(), "go", h.ID()))
		}
		for _, h := range handles {
			got, err := h.Result(t.Context())
			require.NoError(t, err)
			require.Equal(t, h.ID(), got)
		}
	})
}

func TestNoMoreRunsAreCarriedOutAtATimeThanMayBe(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New()
		var now, most, total atomic.Int64
		c := &crew{do: func(ctx context.Context, w work) (string, error) {
			n := now.Add(1)
			defer now.Add(-1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			total.Add(1)
			return "", pause(ctx, time.Second)
		}}
		rt := open(t, st, c, durable.Config{Flows: durable.Flows(steps), MaxConcurrent: 7})
		handles, err := steps.StartMany(t.Context(), rt, []int{3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3}, nil)
		require.NoError(t, err)
		began := time.Now()
		for _, h := range handles {
			_, err := h.Result(t.Context())
			require.NoError(t, err)
		}
		require.EqualValues(t, 7, most.Load())
		require.EqualValues(t, 42, total.Load())
		require.Equal(t, 6*time.Second, time.Since(began), "two batches, without a gap")
	})
}

// Runs that wait take no place, and take it again when they go on.
func TestARunThatGoesOnTakesItsPlaceAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New()
		flow := durable.Define("wakes", func(y actions.Yield, _ int) (string, error) {
			if _, err := orchestrate.Do(y, actions.Receive[string]{Name: "go"}); err != nil {
				return "", err
			}
			return orchestrate.Do(y, work{})
		})
		rt := open(t, st, slow(st, time.Hour), durable.Config{
			Flows: durable.Flows(flow, steps), MaxConcurrent: 2, UnloadAfter: never,
		})
		sleepers := []*durable.Handle[string]{begin(t, rt, flow, "a", 0), begin(t, rt, flow, "b", 0)}
		quick := begin(t, rt, steps, "quick", 0)
		_, err := quick.Result(t.Context())
		require.NoError(t, err)
		for _, h := range sleepers {
			require.NoError(t, rt.Send(t.Context(), h.ID(), "go", ""))
		}
		synctest.Wait()
		late := begin(t, rt, steps, "late", 0)
		began := time.Now()
		_, err = late.Result(t.Context())
		require.NoError(t, err)
		require.Equal(t, time.Hour, time.Since(began))
	})
}

func TestARunThatIsBusyForEverTakesNothingButItsPlace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New()
		c := &crew{do: func(ctx context.Context, w work) (string, error) {
			<-ctx.Done()
			return "", context.Cause(ctx)
		}}
		rt := open(t, st, c, durable.Config{Flows: durable.Flows(steps, napping), MaxConcurrent: 2})
		stuck := begin(t, rt, steps, "stuck", 1, durable.WithPriority(10))
		for i := range 20 {
			h := begin(t, rt, steps, runID(i), 0)
			_, err := h.Result(t.Context())
			require.NoError(t, err)
		}
		_, err := stuck.Cancel(t.Context(), "")
		require.NoError(t, err)
		_, err = stuck.Result(t.Context())
		require.ErrorIs(t, err, context.Canceled)
	})
}

// Events arrive while runs are unloaded and come back all the time: each is received once, and in order.
func TestNoEventIsLostOrReceivedTwice(t *testing.T) {
	t.Parallel()
	const events = 60
	flow := durable.Define("listener", func(y actions.Yield, _ int) ([]int, error) {
		var got []int
		for range events {
			e, err := orchestrate.Do(y, actions.Receive[int]{Name: "e"})
			if err != nil {
				return got, err
			}
			got = append(got, e)
		}
		return got, nil
	})
	var want []int
	for i := range events {
		want = append(want, i)
	}
	for name, tt := range map[string]struct {
		after  time.Duration
		loaded int
		deaf   bool
	}{
		"unloaded at once":      {after: 1},
		"unloaded soon":         {after: time.Millisecond},
		"crowded":               {after: never, loaded: 4},
		"never unloaded":        {after: never},
		"at once, without news": {after: 1, deaf: true},
		"never, without news":   {after: never, deaf: true},
	} {
		hear := func(t *testing.T) {
			t.Helper()
			st := newFlaky(1)
			st.deaf = tt.deaf
			rt := open(t, st, &crew{}, durable.Config{
				Flows: durable.Flows(flow), UnloadAfter: tt.after, MaxLoaded: tt.loaded, MaxConcurrent: 4,
			})
			const runs = 16
			var senders sync.WaitGroup
			var handles []*durable.Handle[[]int]
			for i := range runs {
				h := begin(t, rt, flow, runID(i), 0)
				handles = append(handles, h)
				senders.Go(func() {
					for e := range events {
						if err := rt.Send(context.Background(), h.ID(), "e", e); err != nil {
							t.Error(err)
						}
						if e%7 == i%7 {
							_ = pause(context.Background(), time.Millisecond)
						}
					}
				})
			}
			senders.Wait()
			for _, h := range handles {
				got, err := h.Result(t.Context())
				require.NoError(t, err)
				require.Equal(t, want, got)
			}
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if tt.deaf { // which takes long
				synctest.Test(t, hear)
			} else {
				hear(t)
			}
		})
	}
}

func TestAShortSleepIsSleptInMemory(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New()
		rt := open(t, st, &crew{}, durable.Config{Flows: durable.Flows(napping), UnloadAfter: time.Second})
		short, long := begin(t, rt, napping, "short", 2*time.Second), begin(t, rt, napping, "long", 2*time.Hour)
		for _, h := range []*durable.Handle[string]{short, long} {
			_, err := h.Result(t.Context())
			require.NoError(t, err)
		}
		require.EqualValues(t, 1, rowOf(t, st, "short").Epoch)
		require.EqualValues(t, 2, rowOf(t, st, "long").Epoch)
		require.Equal(t, store.Completed, rowOf(t, st, "long").Status)
	})
}

// What happens to a run after it was claimed and before the runtime hears of that is not overlooked.
func TestWhatHappensToARunWhileItIsClaimedIsNews(t *testing.T) {
	t.Parallel()
	for _, what := range []string{"an event", "a request to cancel it"} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				st := &leisurely{Store: memory.New(), answer: time.Second}
				client := durable.NewClient(st.Store)
				h := begin(t, client, compensating, "r", "receive")
				_ = open(t, st, &crew{}, durable.Config{Flows: durable.Flows(compensating), UnloadAfter: never})
				time.Sleep(500 * time.Millisecond) // synctest
				require.Equal(t, store.Running, rowOf(t, st.Store, "r").Status)
				if what == "an event" {
					require.NoError(t, client.Send(t.Context(), "r", "go", "on"))
				} else {
					_, err := h.Cancel(t.Context(), "")
					require.NoError(t, err)
				}
				began := time.Now()
				_, err := h.Result(t.Context())
				require.Equal(t, what == "an event", err == nil)
				require.Equal(t, 500*time.Millisecond, time.Since(began))
			})
		})
	}
}
