package durable_test

import (
	"context"
	"errors"
	"fmt"
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
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// measured is a store in memory that counts how often it is asked for backlogs.
type measured struct {
	*memory.Store
	asked atomic.Int64
}

func (c *measured) Backlogs(ctx context.Context, queues []string, most int) ([]store.Backlog, error) {
	c.asked.Add(1)
	return c.Store.Backlogs(ctx, queues, most)
}

// bareStore is a store that is nothing but a store.
type bareStore struct{ store.Store }

func post(t *testing.T, c durable.Starter, id string, opts ...durable.StartOption) error {
	t.Helper()
	_, err := jobs.Start(t.Context(), c, job{Name: id}, append(opts, durable.WithID(id), durable.WithQueue("mail"))...)
	return err
}

func TestAQueueThatIsFullTakesNoMore(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]store.Store{"a gauge": memory.New(), "any store": bareStore{memory.New()}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := durable.NewClient(s, durable.QueueLimit("mail", 3))
				for i := range 3 {
					require.NoError(t, post(t, client, fmt.Sprint("run-", i)))
				}
				full := post(t, client, "run-3")
				require.ErrorIs(t, full, durable.ErrQueueFull)
				require.EqualError(t, full,
					`start a run of flow "job": the queue "mail" is full: 3 runs wait in it, of at most 3`)
				detail, ok := errors.AsType[*durable.QueueFullError](full)
				require.True(t, ok)
				require.Equal(t, durable.QueueFullError{Queue: "mail", Depth: 3, Limit: 3}, *detail)

				require.NoError(t, post(t, client, "run-1"), "it is there")
				require.NoError(t, post(t, client, "later", durable.WithDelay(time.Hour)))
				_, err := jobs.Start(t.Context(), client, job{}, durable.WithQueue("other"))
				require.NoError(t, err)
				_, err = jobs.Start(t.Context(), client, job{})
				require.NoError(t, err)

				room := make(chan error, 1)
				go func() { room <- client.AwaitRoom(t.Context(), "mail") }()
				synctestSleep(time.Minute)
				synctest.Wait()
				require.Empty(t, room)
				ended, err := durable.Attach[string](client, "run-0").Cancel(t.Context(), "")
				require.NoError(t, err)
				require.True(t, ended)
				require.NoError(t, <-room)
				require.NoError(t, post(t, client, "run-3"))
			})
		})
	}
}

func TestManyWhoStartAtOnceKeepToTheLimitOfAQueue(t *testing.T) {
	t.Parallel()
	s := &measured{Store: memory.New()}
	client := durable.NewClient(s, durable.QueueLimit("mail", 100))
	var started, refused atomic.Int64
	var all sync.WaitGroup
	for i := range 1000 {
		all.Go(func() {
			switch err := post(t, client, fmt.Sprint("run-", i)); {
			case err == nil:
				started.Add(1)
			case errors.Is(err, durable.ErrQueueFull):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	require.EqualValues(t, 100, started.Load())
	require.EqualValues(t, 900, refused.Load())
	backlogs, err := client.Backlogs(t.Context())
	require.NoError(t, err)
	require.Len(t, backlogs, 1)
	require.EqualValues(t, 100, backlogs[0].Runs)
}

func TestADeepQueueIsSeldomCounted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &measured{Store: memory.New()}
		client := durable.NewClient(s, durable.QueueLimit("mail", 10_000))
		n := 0
		for err := error(nil); err == nil; n++ {
			err = post(t, client, fmt.Sprint("run-", n))
		}
		require.Equal(t, 10_001, n)
		require.Less(t, s.asked.Load(), int64(150))
		asked := s.asked.Load()
		for range 1000 {
			require.ErrorIs(t, post(t, client, "one-more"), durable.ErrQueueFull)
		}
		require.Equal(t, asked, s.asked.Load(), "who is refused costs next to nothing")
	})
}

func TestSeveralClientsExceedALimitByWhatTheyDoNotKnowOfEachOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := memory.New()
		const clients, limit = 10, 1000
		var all sync.WaitGroup
		for c := range clients {
			client := durable.NewClient(s, durable.QueueLimit("mail", limit))
			all.Go(func() {
				for i := range limit {
					if err := post(t, client, fmt.Sprintf("run-%d-%d", c, i)); err != nil {
						assertFull(t, err)
						return
					}
				}
			})
		}
		all.Wait()
		backlogs, err := durable.NewClient(s).Backlogs(t.Context())
		require.NoError(t, err)
		require.GreaterOrEqual(t, backlogs[0].Runs, int64(limit))
		require.LessOrEqual(t, backlogs[0].Runs, int64(limit+clients*limit/10+clients))
	})
}

// What a client has found it believes for a second, but only for a tenth of the room that there was.
func TestAClientThatFoundRoomCountsAgainAfterATenthOfIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := memory.New()
		const limit = 1000
		fill := func(c *durable.Client, name string) (started int) {
			for {
				if err := post(t, c, fmt.Sprint(name, started)); err != nil {
					assertFull(t, err)
					return started
				}
				started++
			}
		}
		one := durable.NewClient(s, durable.QueueLimit("mail", limit))
		require.NoError(t, post(t, one, "first"))
		require.Equal(t, limit-1, fill(durable.NewClient(s, durable.QueueLimit("mail", limit)), "another"))
		require.Equal(t, limit/10-1, fill(one, "more"))
	})
}

// slowCrowds is a store that keeps whoever creates more than one run waiting.
type slowCrowds struct {
	*memory.Store
	over chan struct{}
}

func (s *slowCrowds) Create(ctx context.Context, runs []store.Run) ([]store.Created, error) {
	if len(runs) > 1 {
		<-s.over
	}
	return s.Store.Create(ctx, runs)
}

func TestRunsThatAreOnTheirWayTakeRoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const limit, crowd, others = 100, 95, 20
		s := &slowCrowds{memory.New(), make(chan struct{})}
		client := durable.NewClient(s, durable.QueueLimit("mail", limit))
		started := make(chan error, 1)
		go func() {
			_, err := jobs.StartMany(t.Context(), client, make([]job, crowd), func(int, job) []durable.StartOption {
				return []durable.StartOption{durable.WithQueue("mail")}
			})
			started <- err
		}()
		synctest.Wait()
		results := make(chan error, others)
		for i := range others {
			go func() { results <- post(t, client, fmt.Sprint("run-", i)) }()
			synctest.Wait()
		}
		require.Len(t, results, limit-crowd, "the others wait until it is known whether the crowd has arrived")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := jobs.Start(ctx, client, job{}, durable.WithQueue("mail"))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		close(s.over)
		require.NoError(t, <-started)
		full := 0
		for range others {
			if err := <-results; err != nil {
				assertFull(t, err)
				full++
			}
		}
		require.Equal(t, others-(limit-crowd), full)
		backlogs, err := client.Backlogs(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, limit, backlogs[0].Runs)
	})
}

func assertFull(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, durable.ErrQueueFull) {
		t.Error(err)
	}
}

func TestAllOfManyAreStartedOrNone(t *testing.T) {
	t.Parallel()
	client := durable.NewClient(memory.New(), durable.QueueLimit("mail", 5))
	many := func(from, to int) error {
		var all []job
		for i := from; i < to; i++ {
			all = append(all, job{Name: fmt.Sprint("run-", i)})
		}
		_, err := jobs.StartMany(t.Context(), client, all, func(_ int, j job) []durable.StartOption {
			return []durable.StartOption{durable.WithID(j.Name), durable.WithQueue("mail")}
		})
		return err
	}
	require.NoError(t, many(0, 3))
	err := many(3, 6)
	require.ErrorIs(t, err, durable.ErrQueueFull)
	require.ErrorContains(t, err, `no room for 3 runs: the queue "mail" is full: 3 runs wait in it, of at most 5`)
	stats, err := client.Stats(t.Context(), durable.Filter{})
	require.NoError(t, err)
	require.EqualValues(t, 3, stats.Total)
	require.NoError(t, many(0, 5), "three are there")
	require.ErrorIs(t, many(0, 9), durable.ErrQueueFull)
}

// pensive is a store that takes its time to count, and to create.
type pensive struct{ *memory.Store }

func (s pensive) Backlogs(ctx context.Context, queues []string, most int) ([]store.Backlog, error) {
	synctestSleep(time.Second)
	return s.Store.Backlogs(ctx, queues, most)
}

func (s pensive) Create(ctx context.Context, runs []store.Run) ([]store.Created, error) {
	synctestSleep(time.Second)
	return s.Store.Create(ctx, runs)
}

func TestThoseWhoStartInSeveralQueuesDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for range 20 {
			client := durable.NewClient(pensive{memory.New()}, durable.QueueLimit("a", 10), durable.QueueLimit("b", 10))
			results := make(chan error)
			for range 2 {
				go func() {
					_, err := jobs.StartMany(t.Context(), client, make([]job, 12), func(i int, _ job) []durable.StartOption {
						return []durable.StartOption{durable.WithQueue([]string{"a", "b"}[i%2])}
					})
					results <- err
				}()
			}
			err := errors.Join(<-results, <-results)
			require.ErrorIs(t, err, durable.ErrQueueFull, "there is room for one of them")
			stats, err := client.Stats(t.Context(), durable.Filter{})
			require.NoError(t, err)
			require.EqualValues(t, 12, stats.Total)
		}
	})
}

// spawner starts a child in a queue, and says what came of it.
var spawner = durable.Define("spawner", func(y actions.Yield, id string) (string, error) {
	_, err := jobs.StartChild(y, job{Name: id}, durable.WithID(id), durable.WithQueue("mail"))
	var full *durable.QueueFullError
	if errors.As(err, &full) {
		return fmt.Sprintf("%d of %d", full.Depth, full.Limit), orchestrate.Tell(y, actions.Sleep{For: time.Hour})
	}
	return "", err
})

func TestWhatRunsAndSchedulesStartIsRefusedToo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := memory.New()
		rt, err := durable.Open(t.Context(), s, executor.NewMux(), durable.Config{
			Flows: durable.Flows(spawner), Queues: []durable.Queue{{}}, QueueLimits: map[string]int{"mail": 1}, Log: quiet,
		})
		require.NoError(t, err)
		defer func() { require.NoError(t, rt.Close(context.WithoutCancel(t.Context()))) }()
		h, err := spawner.Start(t.Context(), rt, "first")
		require.NoError(t, err)
		require.Empty(t, result(t, h))
		require.NoError(t, post(t, durable.NewClient(s), "filler")) // that child has ended with its parent
		h, err = spawner.Start(t.Context(), rt, "second")
		require.NoError(t, err)
		require.Equal(t, "1 of 1", result(t, h), "also when it is read from the journal")
		schedule, err := jobs.Schedule(t.Context(), rt, "hourly", job{}, durable.Every(time.Hour),
			durable.WithRuns(durable.WithQueue("mail")))
		require.NoError(t, err)
		synctestSleep(2 * time.Hour)
		info, err := schedule.Describe(t.Context())
		require.NoError(t, err)
		require.Contains(t, info.Trouble, `the queue "mail" is full`)
		_, err = schedule.Trigger(t.Context())
		require.ErrorIs(t, err, durable.ErrQueueFull)
		require.Zero(t, info.Started)
	})
}

func TestLimitsOfQueuesThatMakeNoSenseAreRefused(t *testing.T) {
	t.Parallel()
	for says, limits := range map[string]map[string]int{
		`a limit of 0 runs in the queue "mail"`: {"mail": 0},
		`a limit of -1 runs in the queue ""`:    {"": -1},
		`begins with "baton:"`:                  {"baton:schedules": 1},
	} {
		_, err := durable.Open(t.Context(), memory.New(), executor.NewMux(), durable.Config{QueueLimits: limits})
		require.ErrorContains(t, err, says)
	}
	client := durable.NewClient(memory.New(), durable.QueueLimit("mail", 1))
	require.NoError(t, client.AwaitRoom(t.Context(), "unlimited"))
	require.NoError(t, client.AwaitRoom(t.Context(), "mail"))
	require.NoError(t, post(t, client, "a"))
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	require.ErrorIs(t, client.AwaitRoom(ctx, "mail"), context.DeadlineExceeded)
	require.ErrorContains(t, client.AwaitRoom(ctx, "mail"), `await room in the queue "mail"`)
}

func TestBacklogsSayWhatWaitsAndSinceWhen(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]store.Store{"a gauge": memory.New(), "any store": bareStore{memory.New()}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := durable.NewClient(s)
				began := time.Now()
				for i := range 300 {
					require.NoError(t, post(t, client, fmt.Sprint("run-", i)))
					synctestSleep(time.Millisecond)
				}
				_, err := jobs.Start(t.Context(), client, job{})
				require.NoError(t, err)
				_, err = jobs.Start(t.Context(), client, job{}, durable.WithQueue("later"), durable.WithDelay(time.Hour))
				require.NoError(t, err)
				_, err = jobs.Schedule(t.Context(), client, "hourly", job{}, durable.Every(time.Hour))
				require.NoError(t, err)
				all, err := client.Backlogs(t.Context())
				require.NoError(t, err)
				require.Equal(t, []durable.Backlog{
					{Queue: "", Runs: 1, Oldest: began.Add(300 * time.Millisecond).UTC()},
					{Queue: "mail", Runs: 300, Oldest: began.UTC()},
				}, all)
				synctestSleep(time.Minute)
				require.Equal(t, time.Minute+300*time.Millisecond, all[1].Latency())
			})
		})
	}
}
