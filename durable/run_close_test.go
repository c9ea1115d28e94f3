package durable_test

import (
	"context"
	"errors"
	"math/rand/v2"
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

// slow has every piece of work take a while.
func slow(st *memory.Store, d time.Duration) *crew {
	return &crew{store: st, do: func(ctx context.Context, w work) (string, error) { return w.Name, pause(ctx, d) }}
}

func TestClosingLetsStepsEndAndGivesRunsBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New()
		c := slow(st, time.Hour)
		rt := openLater(t, st, c, durable.Config{Flows: durable.Flows(steps)})
		h := begin(t, rt, steps, "r", 3)
		time.Sleep(90 * time.Minute) // synctest
		began := time.Now()
		require.NoError(t, rt.Close(t.Context()))
		require.Equal(t, 30*time.Minute, time.Since(began), "until the second step has ended")
		row := rowOf(t, st, "r")
		require.Equal(t, store.Waiting, row.Status)
		require.Empty(t, row.Owner)
		require.Equal(t, row.Epoch, row.Settled)
		logged, err := h.Steps(t.Context())
		require.NoError(t, err)
		require.Len(t, logged, 2)

		_ = begin(t, rt, steps, "later", 0) // it is still a client
		_ = open(t, st, c, durable.Config{Flows: durable.Flows(steps)})
		_, err = h.Result(t.Context())
		require.NoError(t, err)
		require.Equal(t, 90*time.Minute, time.Since(began), "the third")
		require.Equal(t, 3, c.count())
		c.onceAfterRecord(t)
	})
}

func TestClosingInterruptsStepsWhenItsContextEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New()
		var cause error
		c := &crew{store: st, do: func(ctx context.Context, w work) (string, error) {
			err := pause(ctx, 24*time.Hour)
			if cause == nil {
				cause = err
			}
			return "", err
		}}
		rt := openLater(t, st, c, durable.Config{Flows: durable.Flows(steps)})
		h := begin(t, rt, steps, "r", 1)
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		err := rt.Close(ctx)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorContains(t, err, "close the runtime: 1 runs were interrupted")
		require.ErrorIs(t, cause, durable.ErrClosed)
		row := rowOf(t, st, "r")
		require.Equal(t, store.Waiting, row.Status)
		require.Empty(t, row.Owner)
		require.Equal(t, err, rt.Close(t.Context()), "the same again")

		_ = open(t, st, c, durable.Config{Flows: durable.Flows(steps)})
		_, err = h.Result(t.Context())
		require.NoError(t, err)
		require.Equal(t, 2, c.count())
		c.onceAfterRecord(t)
	})
}

func TestWhoClosesTooWaitsForTheFirstButNotForEver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New()
		rt := openLater(t, st, slow(st, time.Hour), durable.Config{Flows: durable.Flows(steps)})
		_ = begin(t, rt, steps, "r", 1)
		synctest.Wait()
		first := make(chan error, 1)
		go func() { first <- rt.Close(context.WithoutCancel(t.Context())) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began := time.Now()
		require.EqualError(t, rt.Close(ctx), "close the runtime: context deadline exceeded")
		require.Equal(t, time.Minute, time.Since(began))
		require.NoError(t, rt.Close(t.Context()), "the step has ended")
		require.NoError(t, <-first)
		require.Equal(t, time.Hour, time.Since(began))
	})
}

func TestClosingInterruptsWhatIsShieldedToo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New()
		causes := make(chan error, 2)
		c := &crew{store: st, do: func(ctx context.Context, w work) (string, error) {
			if w.Name != "unbook" {
				return w.Name, nil
			}
			err := pause(ctx, time.Hour)
			causes <- err
			return "", err
		}}
		rt := openLater(t, st, c, durable.Config{Flows: durable.Flows(compensating)})
		h := begin(t, rt, compensating, "r", "receive")
		synctest.Wait()
		_, err := h.Cancel(t.Context(), "")
		require.NoError(t, err)
		time.Sleep(time.Minute) // synctest
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, rt.Close(ctx), context.Canceled)
		require.ErrorIs(t, <-causes, durable.ErrClosed)

		_ = open(t, st, c, durable.Config{Flows: durable.Flows(compensating)})
		_, err = h.Result(t.Context())
		require.ErrorIs(t, err, context.Canceled)
		require.NoError(t, <-causes, "it is undone in the end")
	})
}

func TestClosingDoesNotWaitForHandlersThatIgnoreTheirContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, let := memory.New(), make(chan struct{})
		c := &crew{do: func(context.Context, work) (string, error) { <-let; return "", nil }}
		rt := openLater(t, st, c, durable.Config{Flows: durable.Flows(steps)})
		_ = begin(t, rt, steps, "r", 2)
		synctest.Wait()
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		err := rt.Close(ctx)
		require.ErrorContains(t, err, "a handler has not returned although its context has ended")
		require.Equal(t, time.Hour+2*time.Second, time.Since(began))
		require.NotEmpty(t, rowOf(t, st, "r").Owner, "nobody else may begin what is still under way")
		close(let)
		synctest.Wait()
		h, err := st.Load(t.Context(), "r", store.Mark{})
		require.NoError(t, err)
		require.Empty(t, h.Records)
	})
}

func TestClosingGivesBackWhatWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st := memory.New()
		rt := openLater(t, st, &crew{}, durable.Config{Flows: durable.Flows(napping), UnloadAfter: never})
		hour := time.Now().Add(time.Hour)
		_ = begin(t, rt, napping, "r", time.Hour)
		synctest.Wait()
		require.NoError(t, rt.Close(t.Context()))
		row := rowOf(t, st, "r")
		require.Equal(t, store.Waiting, row.Status)
		require.WithinDuration(t, hour, row.Due, 0)
	})
}

// napping is a flow that sleeps, and works.
var napping = durable.Define("napping", func(y actions.Yield, d time.Duration) (string, error) {
	if err := orchestrate.Tell(y, actions.Sleep{For: d}); err != nil {
		return "", err
	}
	return orchestrate.Do(y, work{Name: "up"})
})

// Runtimes are closed at moments of all kinds, some of them with a context that has ended, and opened again.
func TestRunsSurviveThatRuntimesAreClosedAtAnyMoment(t *testing.T) {
	t.Parallel()
	mixed := durable.Define("mixed", func(y actions.Yield, n int) (int, error) {
		for i := range 6 {
			switch (n + i) % 3 {
			case 0:
				if err := orchestrate.Tell(y, actions.Sleep{For: 5 * time.Millisecond}); err != nil {
					return 0, err
				}
			case 1:
				if _, err := orchestrate.All(y, orchestrate.Each(work{Name: "a"}, work{Name: "b"})...); err != nil {
					return 0, err
				}
			case 2:
				if _, err := orchestrate.Do(y, work{Name: "c"}); err != nil {
					return 0, err
				}
			}
		}
		return n, nil
	})
	for seed := range uint64(8) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 0))
			st := memory.New()
			c := slow(st, 3*time.Millisecond)
			client := durable.NewClient(st)
			handles := make([]*durable.Handle[int], 20)
			for i := range handles {
				handles[i] = begin(t, client, mixed, runID(i), i)
			}
			var over atomic.Bool
			var closers sync.WaitGroup
			for !over.Load() {
				rt := openLater(t, st, c, durable.Config{
					Flows: durable.Flows(mixed), UnloadAfter: 2 * time.Millisecond, MaxConcurrent: 8,
				})
				time.Sleep(time.Duration(random.IntN(20_000)) * time.Microsecond) // synctest
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(random.IntN(10))*time.Millisecond)
				closers.Go(func() {
					defer cancel()
					if err := rt.Close(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
						t.Error(err)
					}
				})
				if random.IntN(2) == 0 {
					closers.Wait()
				}
				ended := 0
				for _, h := range handles {
					if ready, err := h.Ready(t.Context()); err == nil && ready {
						ended++
					}
				}
				over.Store(ended == len(handles))
			}
			closers.Wait()
			for i, h := range handles {
				n, err := h.Result(t.Context())
				require.NoError(t, err)
				require.Equal(t, i, n)
			}
			c.onceAfterRecord(t)
		})
	}
}
