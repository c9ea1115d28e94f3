package durable_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
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

// job is work of a minute, as the input of a flow and as the action that it yields.
type job struct {
	actions.Returns[actions.Void]
	Name, Key string
}

// jobs does one job.
var jobs = durable.Define("job", func(y actions.Yield, j job) (string, error) {
	return j.Name, orchestrate.Tell(y, j)
})

// again does a job, waits for an hour and does it once more.
var again = durable.Define("twice", func(y actions.Yield, j job) (string, error) {
	for _, name := range []string{"", "again "} {
		if err := orchestrate.Tell(y, job{Name: name + j.Name, Key: j.Key}); err != nil {
			return "", err
		}
		if name == "" {
			if err := orchestrate.Tell(y, actions.Sleep{For: time.Hour}); err != nil {
				return "", err
			}
		}
	}
	return j.Name, nil
})

// works is where jobs are done: it knows who is at work, and has seen how many there were at most.
type works struct {
	mu        sync.Mutex
	began     time.Time
	at        []string // what began, and after which time
	busy      int
	most      int
	byKey     map[string]int
	mostOfKey int
}

func newWorks() *works { return &works{began: time.Now(), byKey: map[string]int{}} }

func (w *works) handler() executor.Handler {
	return executor.OnVoid(func(ctx context.Context, j job) error {
		w.mu.Lock()
		w.at = append(w.at, fmt.Sprintf("%v %s", time.Since(w.began).Round(time.Millisecond), j.Name))
		w.busy++
		w.byKey[j.Key]++
		w.most, w.mostOfKey = max(w.most, w.busy), max(w.mostOfKey, w.byKey[j.Key])
		w.mu.Unlock()
		defer func() {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.busy--
			w.byKey[j.Key]--
		}()
		select {
		case <-time.After(time.Minute):
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	})
}

func (w *works) times() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string{}, w.at...)
}

// inWorks runs a test in a bubble, with a store and runtimes that serve queues of it.
func inWorks(
	t *testing.T,
	test func(t *testing.T, w *works, s *memory.Store, open func(...durable.Queue) *durable.Runtime),
) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w, s := newWorks(), memory.New()
		test(t, w, s, func(queues ...durable.Queue) *durable.Runtime {
			rt, err := durable.Open(t.Context(), s, executor.NewMux(w.handler()), durable.Config{
				Flows: durable.Flows(jobs, again), Queues: queues, Log: quiet,
			})
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, rt.Close(context.WithoutCancel(t.Context()))) })
			return rt
		})
	})
}

// enqueue starts jobs in the queue "q", each a moment later than the one before. A name is a key and a number.
func enqueue(
	t *testing.T, c durable.Starter, names []string, opts ...durable.StartOption,
) (all []*durable.Handle[string]) {
	t.Helper()
	for _, name := range names {
		opts := append([]durable.StartOption{
			durable.WithID(name), durable.WithQueue("q"), durable.WithQueueKey(name[:1]),
		}, opts...)
		h, err := jobs.Start(t.Context(), c, job{Name: name, Key: name[:1]}, opts...)
		require.NoError(t, err)
		all = append(all, h)
		synctestSleep(time.Microsecond)
	}
	return all
}

// named are so many names with a key.
func named(key string, n int) (names []string) {
	for i := range n {
		names = append(names, key+strconv.Itoa(i))
	}
	return names
}

func awaitAll(t *testing.T, all []*durable.Handle[string]) {
	t.Helper()
	for _, h := range all {
		require.Equal(t, h.ID(), result(t, h))
	}
}

func TestAQueueOfConcurrencyOneWorksStrictlyOneAtATime(t *testing.T) {
	t.Parallel()
	inWorks(t, func(t *testing.T, w *works, s *memory.Store, open func(...durable.Queue) *durable.Runtime) {
		client := durable.NewClient(s)
		all := enqueue(t, client, named("a", 3))
		for _, name := range []string{"b", "c"} {
			h, err := again.Start(t.Context(), client, job{Name: name}, durable.WithID(name), durable.WithQueue("q"))
			require.NoError(t, err)
			all = append(all, h)
			synctestSleep(time.Microsecond)
		}
		open(durable.Queue{Name: "q", Concurrency: 1})
		awaitAll(t, all)
		require.Equal(t, 1, w.most)
		require.Equal(t, []string{
			"0s a0", "1m0s a1", "2m0s a2", "3m0s b", "4m0s c", "1h4m0s again b", "1h5m0s again c",
		}, w.times())
	})
}

func TestARunThatWaitsGivesItsPlaceToAnother(t *testing.T) {
	t.Parallel()
	inWorks(t, func(t *testing.T, w *works, s *memory.Store, open func(...durable.Queue) *durable.Runtime) {
		for i, q := range []durable.Queue{{Concurrency: 1}, {Total: 1}, {PerKey: 1}} {
			q.Name = fmt.Sprint("queue ", i)
			w.began, w.at, w.most = time.Now(), nil, 0
			rt := open(q)
			var all []*durable.Handle[string]
			for j := range 3 {
				h, err := again.Start(t.Context(), rt, job{Name: strconv.Itoa(j)}, durable.WithQueue(q.Name))
				require.NoError(t, err)
				all = append(all, h)
				synctestSleep(time.Microsecond)
			}
			for _, h := range all {
				result(t, h)
			}
			require.Equal(t, 1, w.most)
			require.Equal(t, []string{
				"0s 0", "1m0s 1", "2m0s 2", "1h1m0s again 0", "1h2m0s again 1", "1h3m0s again 2",
			}, w.times())
		}
	})
}

func TestRuntimesShareTheLimitsOfAQueue(t *testing.T) {
	t.Parallel()
	inWorks(t, func(t *testing.T, w *works, s *memory.Store, open func(...durable.Queue) *durable.Runtime) {
		client := durable.NewClient(s)
		all := enqueue(t, client, named("a", 20))
		all = append(all, enqueue(t, client, named("b", 3))...)
		all = append(all, enqueue(t, client, named("c", 3))...)
		w.began = time.Now()
		limit := durable.Queue{Name: "q", Total: 3, PerKey: 2}
		one, two := open(limit), open(limit)
		awaitAll(t, all)
		require.Equal(t, 3, w.most)
		require.Equal(t, 2, w.mostOfKey)
		// While b and c have runs, a has one place of three; then it has two, since that is its limit.
		require.Equal(t, 12*time.Minute, time.Since(w.began).Round(time.Second))
		for _, rt := range []*durable.Runtime{one, two} {
			require.NoError(t, rt.Close(t.Context()))
		}
	})
}

func TestAFloodOfOneKeyHoldsUpNobodyElse(t *testing.T) {
	t.Parallel()
	inWorks(t, func(t *testing.T, w *works, s *memory.Store, open func(...durable.Queue) *durable.Runtime) {
		client := durable.NewClient(s)
		enqueue(t, client, named("a", 1000))
		w.began = time.Now()
		open(durable.Queue{Name: "q", Concurrency: 3, Fair: true})
		synctestSleep(30 * time.Second)
		awaitAll(t, enqueue(t, client, []string{"b0"}))
		require.Equal(t, 2*time.Minute, time.Since(w.began).Round(time.Second), "it was its turn when a place was free")
		awaitAll(t, enqueue(t, client, []string{"a-urgent", "c0"}, durable.WithPriority(1)))
		require.Equal(t, 4*time.Minute, time.Since(w.began).Round(time.Second))
	})
}

func TestKeysTakeTurnsAtASinglePlace(t *testing.T) {
	t.Parallel()
	inWorks(t, func(t *testing.T, w *works, s *memory.Store, open func(...durable.Queue) *durable.Runtime) {
		for i, q := range []durable.Queue{{Concurrency: 1, Fair: true}, {Total: 1, PerKey: 1}} {
			q.Name = fmt.Sprint("queue ", i)
			w.began, w.at = time.Now(), nil
			var all []*durable.Handle[string]
			for _, name := range []string{"b0", "b1", "b2", "b3", "c0", "a0", "a1"} {
				h, err := jobs.Start(t.Context(), durable.NewClient(s), job{Name: name},
					durable.WithQueue(q.Name), durable.WithQueueKey(name[:1]))
				require.NoError(t, err)
				all = append(all, h)
				synctestSleep(time.Microsecond)
			}
			open(q)
			for _, h := range all {
				result(t, h)
			}
			require.Equal(t, []string{"0s a0", "1m0s b0", "2m0s c0", "3m0s a1", "4m0s b1", "5m0s b2", "6m0s b3"}, w.times())
		}
	})
}

func TestTheHighestPriorityComesFirstInAQueue(t *testing.T) {
	t.Parallel()
	inWorks(t, func(t *testing.T, w *works, s *memory.Store, open func(...durable.Queue) *durable.Runtime) {
		client := durable.NewClient(s)
		all := enqueue(t, client, []string{"a0", "b0"}, durable.WithPriority(-1))
		all = append(all, enqueue(t, client, []string{"c0", "d0"}, durable.WithPriority(1))...)
		all = append(all, enqueue(t, client, []string{"e0"})...)
		w.began = time.Now()
		open(durable.Queue{Name: "q", Concurrency: 1})
		awaitAll(t, all)
		require.Equal(t, []string{"0s c0", "1m0s d0", "2m0s e0", "3m0s a0", "4m0s b0"}, w.times())
	})
}

func TestARateIsKept(t *testing.T) {
	t.Parallel()
	inWorks(t, func(t *testing.T, w *works, s *memory.Store, open func(...durable.Queue) *durable.Runtime) {
		client := durable.NewClient(s)
		all := enqueue(t, client, named("a", 6))
		w.began = time.Now()
		open(durable.Queue{Name: "q", Rate: 2, Burst: 3}, durable.Queue{})
		synctestSleep(100 * time.Millisecond)
		h, err := jobs.Start(t.Context(), client, job{Name: "free"}, durable.WithID("free"))
		require.NoError(t, err)
		awaitAll(t, append(all, h))
		want := []string{"0s a0", "0s a1", "0s a2", "100ms free", "500ms a3", "1s a4", "1.5s a5"}
		require.ElementsMatch(t, want, w.times())
		synctestSleep(time.Hour)
		w.began, w.at = time.Now(), nil
		awaitAll(t, enqueue(t, client, named("b", 5)))
		require.ElementsMatch(t, []string{"0s b0", "0s b1", "0s b2", "500ms b3", "1s b4"}, w.times())
	})
}

func TestThePlacesOfAWorkerThatDiedAreFreeAfterALease(t *testing.T) {
	t.Parallel()
	inWorks(t, func(t *testing.T, w *works, s *memory.Store, open func(...durable.Queue) *durable.Runtime) {
		client := durable.NewClient(s)
		all := enqueue(t, client, named("a", 3))
		w.began = time.Now()
		limit := store.Share{Queue: "q", Total: 2}
		c, err := s.Claim(t.Context(), store.Claim{
			Owner: "dead", Lease: 10 * time.Second, Max: 9, Flows: []string{"job"}, Queues: []store.Share{limit},
		})
		require.NoError(t, err)
		require.Len(t, c.Runs, 2)
		open(durable.Queue{Name: "q", Total: 2})
		awaitAll(t, all)
		// The one that nobody had is the first of those that are due, and the others are due since the leases ran out.
		require.ElementsMatch(t, []string{"10s a2", "10s a0"}, w.times()[:2])
		require.Equal(t, "1m10s a1", w.times()[2])
	})
}

func TestAPlaceThatSomebodyElseLeavesIsTaken(t *testing.T) {
	t.Parallel()
	inWorks(t, func(t *testing.T, w *works, s *memory.Store, open func(...durable.Queue) *durable.Runtime) {
		client := durable.NewClient(s)
		all := enqueue(t, client, named("a", 2))
		c, err := s.Claim(t.Context(), store.Claim{
			Owner: "other", Lease: time.Hour, Max: 1, Flows: []string{"job"}, Queues: []store.Share{{Queue: "q"}},
		})
		require.NoError(t, err)
		open(durable.Queue{Name: "q", Total: 1})
		synctestSleep(59 * time.Second)
		require.Empty(t, w.times())
		w.began = time.Now()
		r := c.Runs[0].Run
		state := r.State
		state.Status, state.Due = store.Waiting, time.Now().Add(time.Hour)
		_, err = s.Commit(t.Context(), []store.Write{{
			Run: r.ID, Epoch: r.Epoch, Revision: r.Revision, State: &state, Release: true,
		}})
		require.NoError(t, err)
		synctest.Wait()
		require.Equal(t, []string{"0s a1"}, w.times(), "at once")
		awaitAll(t, all)
	})
}

func TestARuntimeLeavesOtherQueuesAlone(t *testing.T) {
	t.Parallel()
	inWorks(t, func(t *testing.T, w *works, s *memory.Store, open func(...durable.Queue) *durable.Runtime) {
		client := durable.NewClient(s)
		mine := enqueue(t, client, []string{"a0"})
		for name, opts := range map[string][]durable.StartOption{"theirs": {durable.WithQueue("other")}, "nobody's": nil} {
			_, err := jobs.Start(t.Context(), client, job{Name: name}, append(opts, durable.WithID(name[:6]))...)
			require.NoError(t, err)
		}
		rt := open(durable.Queue{Name: "q"})
		awaitAll(t, mine)
		synctestSleep(time.Hour)
		require.Len(t, w.times(), 1)
		stats, err := client.Stats(t.Context(), durable.Filter{Queues: []string{"other", ""}})
		require.NoError(t, err)
		require.Equal(t, durable.Stats{Total: 2, Pending: 2}, stats)
		// The timetable of schedules is nobody's queue: whoever is there keeps it.
		_, err = jobs.Schedule(t.Context(), rt, "hourly", job{Name: "hourly"}, durable.Every(time.Hour),
			durable.WithRuns(durable.WithQueue("q"), durable.WithQueueKey("k")))
		require.NoError(t, err)
		synctestSleep(time.Hour)
		require.Len(t, w.times(), 2)
		for m, err := range client.List(t.Context(), durable.Filter{Queues: []string{"q"}, Newest: true, Limit: 1}) {
			require.NoError(t, err)
			require.Equal(t, "k", m.QueueKey)
		}
	})
}

func TestQueuesThatMakeNoSenseAreRefused(t *testing.T) {
	t.Parallel()
	for says, queues := range map[string][]durable.Queue{
		`the queue "q" is there twice`:                       {{Name: "q"}, {}, {Name: "q"}},
		`the queue "" is there twice`:                        {{}, {}},
		`queue "q": Concurrency is negative`:                 {{Name: "q", Concurrency: -1}},
		`queue "q": Total is negative`:                       {{Name: "q", Total: -1}},
		`queue "q": PerKey is negative`:                      {{Name: "q", PerKey: -1}},
		`queue "q": Burst is negative`:                       {{Name: "q", Burst: -1}},
		`queue "q": the Rate -1 is no number`:                {{Name: "q", Rate: -1}},
		`queue "q": the Rate NaN is no number`:               {{Name: "q", Rate: math.NaN()}},
		`queue "q": the Rate +Inf is no number`:              {{Name: "q", Rate: math.Inf(1)}},
		`queue "q": there is a Burst, but no Rate`:           {{Name: "q", Burst: 1}},
		`queue "": runs that are in no queue have no keys`:   {{Fair: true}},
		`the queue "baton:schedules" begins with "baton:"`:   {{Name: "baton:schedules"}},
		`queue "": runs that are in no queue have no keys: `: {{PerKey: 1}},
	} {
		_, err := durable.Open(t.Context(), memory.New(), executor.NewMux(), durable.Config{
			Flows: durable.Flows(jobs), Queues: queues,
		})
		require.ErrorContains(t, err, says)
	}
	_, err := jobs.Start(t.Context(), newShop(), job{}, durable.WithQueueKey("k"))
	require.ErrorIs(t, err, durable.ErrBadOption)
	_, err = jobs.Start(t.Context(), newShop(), job{}, durable.WithQueue("q"), durable.WithQueueKey("\n"))
	require.ErrorIs(t, err, durable.ErrBadName)
	require.NotErrorIs(t, err, errors.ErrUnsupported)
}
