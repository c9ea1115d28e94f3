package durable_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/fact"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/durable/storetest"
)

// What is told about the status of runs is what the store holds, in its order, and not before it does. An answer that
// is lost may leave a line out.
func TestEachChangeOfARunIsToldOnceItIsTrue(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before, after int
		slow          time.Duration
	}{
		"a store that works":                 {},
		"one that fails before and is slow":  {before: 20, slow: 20 * time.Millisecond},
		"one that fails before and after":    {before: 10, after: 15},
		"one that fails after, and is slow":  {after: 25, slow: 20 * time.Millisecond},
		"one that is slower than its leases": {slow: 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(5) {
				synctest.Test(t, func(t *testing.T) {
					st := newFlaky(seed)
					held := newChronicle(st.memory)
					st.Store = storetest.NewFaulty(held, st.fault)
					l := &listener{}
					l.hears = func(e combinators.Event) {
						c, ok := e.(*fact.Changed)
						if ok && !slices.Contains(held.of(c.Run.ID), line(c.Status, c.Run.Life)) { // on any goroutine
							t.Errorf("%s is told of %s before it is true", line(c.Status, c.Run.Life), c.Run.ID)
						}
					}
					crew := slow(st.memory, time.Millisecond)
					random := rand.New(rand.NewPCG(seed, 1))
					st.fails(c.before, c.after)
					st.slow = c.slow
					config := durable.Config{
						Flows: durable.Flows(busy, compensating), UnloadAfter: time.Millisecond, Lease: 4 * time.Second,
						Observe: []combinators.Sink{l},
					}
					rt, other := openLater(t, st, crew, config), openLater(t, st, crew, config)
					client := durable.NewClient(held)
					var ids []string
					for i := range 10 {
						ids = append(ids, begin(t, client, busy, runID(i), 3).ID())
					}
					for i := 10; i < 15; i++ {
						h := begin(t, client, compensating, runID(i), "receive")
						ids = append(ids, h.ID())
						time.Sleep(time.Duration(random.IntN(20)) * time.Millisecond) // synctest
						if i%2 == 0 {
							_, err := h.Cancel(t.Context(), "enough")
							require.NoError(t, err)
						} else {
							require.NoError(t, client.Send(t.Context(), h.ID(), "go", "on"))
						}
					}
					for _, id := range ids {
						_, err := durable.Attach[any](client, id).Result(t.Context())
						if !errors.Is(err, context.Canceled) {
							require.NoError(t, err)
						}
					}
					closeNow(t, rt)
					closeNow(t, other)
					for _, id := range ids {
						requireTold(t, held.of(id), l.changes(id), c.after > 0 || c.slow > time.Second)
					}
				})
			}
		})
	}
}

// requireTold requires that the lines that were told are those that are true, or, if answers were lost, some of them.
func requireTold(t *testing.T, held, told []string, lost bool) {
	t.Helper()
	var want []string
	for _, l := range held[1:] { // after the start
		if l == line(store.Cancelled, 0) { // by the client, before it was begun
			return
		}
		if !slices.Contains([]string{line(store.Waiting, 0), line(store.Running, 0)}, l) { // of a request to cancel
			want = append(want, l)
		}
	}
	slices.SortStableFunc(want, byLife)
	slices.SortStableFunc(told, byLife)
	if !lost {
		require.Equal(t, want, told)
		return
	}
	requireInOrder(t, want, told)
}

// byLife orders what was told. Its order is that within a life: a lease that was lost, and is still there, is given
// back by whoever finds it, who may tell of that when the next life has begun.
func byLife(a, b string) int {
	life := func(line string) string { return line[strings.LastIndex(line, " "):] }
	return strings.Compare(life(a), life(b))
}

// requireInOrder requires that what was told are some of those lines, in their order.
func requireInOrder(t *testing.T, want, told []string) {
	t.Helper()
	at := 0
	for _, l := range told {
		i := slices.Index(want[at:], l)
		require.GreaterOrEqual(t, i, 0, "%q is told, in %q, but the store has %q", l, told, want)
		at += i + 1
	}
}

// lateNews is a store in memory whose answer that a run was given back comes late, when something has happened to it.
type lateNews struct {
	*chronicle
	happens func()
}

func (s lateNews) Commit(ctx context.Context, writes []store.Write) ([]error, error) {
	errs, err := s.chronicle.Commit(ctx, writes)
	for _, w := range writes {
		if w.Release && w.State.Status == store.Waiting {
			s.happens()
			_ = pause(ctx, time.Second)
		}
	}
	return errs, err
}

func TestALeaseThatWasGivenBackWasNotLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		held, l := newChronicle(memory.New()), &listener{}
		client := durable.NewClient(held)
		begin(t, client, compensating, "r", "receive")
		s := lateNews{held, func() { require.NoError(t, client.Send(context.Background(), "r", "go", "on")) }}
		rt := openLater(t, s, &crew{}, durable.Config{
			Flows: durable.Flows(compensating), UnloadAfter: time.Second, Observe: []combinators.Sink{l},
		})
		_, err := durable.Attach[string](client, "r").Result(t.Context())
		require.NoError(t, err)
		closeNow(t, rt)
		require.Empty(t, heardOf[*fact.LeaseLost](l))
		ends := map[int64]store.Status{}
		for _, e := range heardOf[*fact.LifeEnded](l) {
			require.NoError(t, e.Err)
			ends[e.Run.Life] = e.Status
		}
		require.Equal(t, map[int64]store.Status{1: store.Waiting, 2: store.Completed}, ends)
		require.ElementsMatch(t, held.of("r")[1:], l.changes("r"), "whichever life is the first to tell")
	})
}

func TestALostLeaseIsToldOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, l := newFlaky(1), &listener{}
		c := &crew{do: func(ctx context.Context, w work) (string, error) { return w.Name, pause(ctx, time.Hour) }}
		rt := open(t, st, c, durable.Config{
			Flows: durable.Flows(steps), Lease: 30 * time.Second, Observe: []combinators.Sink{l},
		})
		handles := []*durable.Handle[string]{begin(t, rt, steps, "a", 1), begin(t, rt, steps, "b", 1)}
		time.Sleep(55 * time.Second) // synctest
		st.away.Store(true)
		time.Sleep(time.Minute) // synctest
		st.away.Store(false)
		for _, h := range handles {
			_, err := h.Result(t.Context())
			require.NoError(t, err)
		}
		lost := heardOf[*fact.LeaseLost](l)
		require.Len(t, lost, 2)
		require.ElementsMatch(t, []string{"a", "b"}, []string{lost[0].Run.ID, lost[1].Run.ID})
		require.ErrorIs(t, lost[0].Err, store.ErrFenced)
		require.NotEmpty(t, heardOf[*fact.StoreFailed](l))
		require.Len(t, heardOf[*fact.StoreAnswers](l), 1)
		synctest.Wait()
		ends := heardOf[*fact.LifeEnded](l)
		require.Len(t, ends, 4)
		for _, e := range ends[:2] {
			require.Equal(t, store.Running, e.Status)
			require.ErrorIs(t, e.Err, store.ErrFenced)
		}
		for _, e := range ends[2:] {
			require.Equal(t, store.Completed, e.Status)
			require.NoError(t, e.Err)
			require.EqualValues(t, 2, e.Run.Life)
			require.Equal(t, time.Hour, e.Took)
		}
		changes := l.changes("a")
		slices.SortStableFunc(changes, byLife)
		require.Equal(t, []string{
			"running in life 1", "waiting in life 1", "running in life 2", "completed in life 2",
		}, changes, "the lease that nobody had taken was given back")
	})
}

func TestCommitsAddUpToTheWritesOfTheRuns(t *testing.T) {
	t.Parallel()
	held, l := newChronicle(memory.New()), &listener{}
	rt := openLater(t, held, &crew{}, durable.Config{Flows: durable.Flows(steps), Observe: []combinators.Sink{l}})
	ins := slices.Repeat([]int{10}, 100)
	handles, err := steps.StartMany(t.Context(), rt, ins, nil)
	require.NoError(t, err)
	for _, h := range handles {
		_, err := h.Result(t.Context())
		require.NoError(t, err)
	}
	closeNow(t, rt)
	writes, records := 0, 0
	for _, e := range heardOf[*fact.Committed](l) {
		require.Positive(t, e.Writes)
		require.Zero(t, e.Refused)
		writes += e.Writes
		records += e.Records
	}
	require.Equal(t, held.writes, writes)
	require.Equal(t, 1000, records)
	claims := 0
	for _, e := range heardOf[*fact.Claimed](l) {
		claims += e.Runs
	}
	require.Equal(t, 100, claims)
}

func TestActionsAreToldWhenTheyAreCarriedOutAndNotWhenTheyAreReplayed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, l := memory.New(), &listener{}
		rt := open(t, st, &crew{}, durable.Config{
			Flows: durable.Flows(compensating), UnloadAfter: time.Second, Observe: []combinators.Sink{l},
		})
		h := begin(t, rt, compensating, "r", "receive")
		time.Sleep(time.Minute) // synctest
		require.NoError(t, rt.Send(t.Context(), "r", "go", "on"))
		_, err := h.Result(t.Context())
		require.NoError(t, err)
		synctest.Wait()
		require.Len(t, heardOf[*combinators.Started](l), 1)
		require.Len(t, heardOf[*combinators.Ended](l), 1)
		lives := heardOf[*fact.LifeBegan](l)
		require.Len(t, lives, 2)
		require.Equal(t, []int{0, 1}, []int{lives[0].Records, lives[1].Records})
		require.Equal(t, []string{
			"running in life 1", "waiting in life 1", "running in life 2", "completed in life 2",
		}, l.changes("r"))
	})
}

func TestSinksThatBreakHarmNoRun(t *testing.T) {
	t.Parallel()
	for name, breaks := range map[string]func(){
		"panic": func() { panic("ouch") },
		"exit":  runtime.Goexit,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				st, l := newFlaky(1), &listener{}
				broken := map[string]bool{}
				once := make(chan struct{}, 1)
				bad := &listener{hears: func(e combinators.Event) {
					once <- struct{}{}
					first := !broken[e.Name()]
					broken[e.Name()] = true
					<-once
					if _, ok := e.(interface{ LogLevel() combinators.Level }); ok && first { // a fact, and no action
						breaks()
					}
				}}
				rt := open(t, st, &crew{}, durable.Config{
					Flows: durable.Flows(steps), Observe: []combinators.Sink{bad, l}, Lease: 3 * time.Second,
				})
				begin(t, durable.NewClient(st), steps, "a", 3)
				time.Sleep(time.Second) // synctest
				st.away.Store(true)
				time.Sleep(time.Minute) // synctest
				st.away.Store(false)
				begin(t, durable.NewClient(st), steps, "b", 3)
				for _, id := range []string{"a", "b"} {
					_, err := durable.Attach[string](rt, id).Result(t.Context())
					require.NoError(t, err)
				}
				require.NotEmpty(t, heardOf[*fact.StoreFailed](l))
			})
		})
	}
}

func TestAClientTellsOfTheRunsThatItStartsAndEnds(t *testing.T) {
	t.Parallel()
	l := &listener{}
	client := durable.NewClient(memory.New(), durable.Observe(l))
	h := begin(t, client, steps, "r", 1, durable.WithLabels(map[string]string{"k": "v"}), durable.WithDelay(time.Hour))
	_ = begin(t, client, steps, "r", 1)
	_, err := h.Cancel(t.Context(), "enough")
	require.NoError(t, err)
	told := heardOf[*fact.Changed](l)
	require.Len(t, told, 2, "the second start made no run")
	require.Equal(t, store.Pending, told[0].Status)
	require.Equal(t, fact.Run{ID: "r", Flow: "steps", Labels: map[string]string{"k": "v"}}, told[0].Run)
	require.False(t, told[0].Due.IsZero())
	require.Equal(t, store.Cancelled, told[1].Status)
	require.Equal(t, "enough", told[1].Reason)
	require.ErrorIs(t, told[1].Err, context.Canceled)
}

func TestSinksThatAreNoneAreRefused(t *testing.T) {
	t.Parallel()
	l := &listener{}
	for text, sinks := range map[string][]combinators.Sink{
		"durable.Open: Observe: the sink 1 is nil":           {l, nil},
		"durable.Open: Observe: the sink 0 is nil":           {(*listener)(nil)},
		"durable.Open: Observe: the sink 1 is there already": {l, l},
	} {
		_, err := durable.Open(t.Context(), memory.New(), (&crew{}).executor(), durable.Config{
			Flows: durable.Flows(steps), Log: quiet, Observe: sinks,
		})
		require.EqualError(t, err, text)
	}
	require.Panics(t, func() { durable.NewClient(memory.New(), durable.Observe(nil)) })
}
