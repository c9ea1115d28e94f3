package combinators_test

import (
	"context"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
)

func TestASemaphoreCanGrow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := combinators.NewSemaphore(1)
		e := combinators.Limited(s)(&desk{})
		jobs := []*job{begin(t.Context(), e, task{}), begin(t.Context(), e, task{}), begin(t.Context(), e, task{})}
		require.NoError(t, s.Resize(2))
		synctest.Wait()
		require.True(t, jobs[0].began.Load() && jobs[1].began.Load())
		require.False(t, jobs[2].began.Load())
		require.NoError(t, s.Resize(100))
		synctest.Wait()
		require.True(t, jobs[2].began.Load())
		for _, j := range jobs {
			j.ends(well)
		}
		require.Equal(t, []int{100, 0}, []int{s.Size(), s.InUse()})
	})
}

func TestASemaphoreThatShrinksDrains(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := combinators.NewSemaphore(4)
		e := combinators.Limited(s)(&desk{})
		var jobs []*job
		for range 4 {
			jobs = append(jobs, begin(t.Context(), e, task{}))
		}
		require.NoError(t, s.Resize(2))
		require.Equal(t, []int{2, 4}, []int{s.Size(), s.InUse()}, "nobody is interrupted")
		waiter := begin(t.Context(), e, task{})
		jobs[0].ends(well)
		jobs[1].ends(well)
		require.False(t, waiter.began.Load())
		require.Equal(t, 2, s.InUse())
		jobs[2].ends(well)
		require.True(t, waiter.began.Load())
		jobs[3].ends(well)
		waiter.ends(well)
		require.Zero(t, s.InUse())
	})
}

func TestAWaiterThatHasBecomeTooHeavyIsRejected(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := combinators.NewSemaphore(4)
		e := weighed(s, combinators.Limit{})
		holder := begin(t.Context(), e, task{Weight: 3})
		heavy, light := begin(t.Context(), e, task{Weight: 4}), begin(t.Context(), e, task{Weight: 1})
		require.NoError(t, s.Resize(3))
		synctest.Wait()
		require.True(t, heavy.over())
		var limited *combinators.LimitedError
		require.ErrorAs(t, heavy.err, &limited)
		require.Equal(t, 3, limited.Size)
		require.Equal(t, 4, limited.Weight)
		require.False(t, light.over())
		holder.ends(well)
		light.ends(well)
		require.Zero(t, s.InUse()+s.Waiting())
		require.EqualError(t, s.Resize(-1), "combinators.Semaphore.Resize: the size must be at least 1, got -1")
		require.Equal(t, 3, s.Size())
	})
}

func TestASemaphoreSurvivesAStorm(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := combinators.NewSemaphoreWith(combinators.SemaphoreConfig{Size: 8, MaxQueue: 30})
		service := &erratic{}
		limit := combinators.Limit{MaxWait: 40 * time.Millisecond}
		e := combinators.LimitedWith(s, limit)(service)
		storm(60, 100, e, func() actions.Action { return task{} })
		require.Equal(t, int64(8), service.most.Load(), "never more, and at times as many")
		require.Zero(t, s.InUse()+s.Waiting())

		limit.Weight = func(actions.Action) int { return 1 + rand.IntN(4) }
		e = combinators.LimitedWith(s, limit)(service)
		stop := make(chan struct{})
		var resizing sync.WaitGroup
		resizing.Go(func() {
			for {
				select {
				case <-stop:
					return
				case <-time.After(5 * time.Millisecond):
					require.NoError(t, s.Resize(2+rand.IntN(8)))
				}
			}
		})
		storm(60, 100, e, func() actions.Action { return task{} })
		close(stop)
		resizing.Wait()
		require.LessOrEqual(t, service.most.Load(), int64(9))
		require.Zero(t, s.InUse()+s.Waiting())

		d := &desk{}
		require.NoError(t, s.Resize(5))
		e = combinators.Limited(s)(d)
		var jobs []*job
		for range 6 {
			jobs = append(jobs, begin(context.Background(), e, task{}))
		}
		require.Equal(t, 5, d.most, "every permit is there")
		for _, j := range jobs {
			j.ends(well)
		}
	})
}

// Real goroutines on real processors, without a bubble's order.
func TestASemaphoreUnderContentionLosesNothing(t *testing.T) {
	t.Parallel()
	s := combinators.NewSemaphore(3)
	var counter, plain int
	var mu sync.Mutex
	one := combinators.NewSemaphore(1)
	both := combinators.Chain(combinators.Limited(s), combinators.Limited(one))
	e := both(serviceOf(func(context.Context) (any, error) {
		plain++ // a race, were there two inside
		mu.Lock()
		counter++
		mu.Unlock()
		return nil, nil
	}))
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for range 300 {
				_, _ = e.Execute(context.Background(), task{})
			}
		})
	}
	all.Wait()
	require.Equal(t, 4800, counter)
	require.Equal(t, 4800, plain)
	require.Zero(t, s.InUse()+s.Waiting()+one.InUse()+one.Waiting())
}

func TestASemaphoreCanBeAsLargeAsItMayBe(t *testing.T) {
	t.Parallel()
	const largest = 1<<61 - 1
	s := combinators.NewSemaphore(largest)
	all := combinators.LimitedWith(s, combinators.Limit{
		NoWait: true, Weight: func(actions.Action) int { return s.Size() },
	})
	e := all(executor.Func(func(context.Context, actions.Action) (any, error) {
		require.Equal(t, s.Size(), s.InUse())
		require.NoError(t, s.Resize(1), "while all are in use")
		require.Equal(t, largest, s.InUse())
		require.NoError(t, s.Resize(largest))
		return nil, nil
	}))
	_, err := e.Execute(t.Context(), task{})
	require.NoError(t, err)
	require.Zero(t, s.InUse())
	require.EqualError(t, s.Resize(largest+1),
		"combinators.Semaphore.Resize: the size must be at most 2305843009213693951, got 2305843009213693952")
}

func TestANameStandsForOneSemaphore(t *testing.T) {
	t.Parallel()
	var limits combinators.Semaphores
	found := make([]*combinators.Semaphore, 50)
	var all sync.WaitGroup
	for i := range found {
		all.Go(func() {
			s, err := limits.Get("db", 7)
			if err == nil {
				found[i] = s
			}
		})
	}
	all.Wait()
	require.Equal(t, "db", found[0].Name())
	for _, s := range found {
		require.Same(t, found[0], s)
	}

	for want, config := range map[string]combinators.SemaphoreConfig{
		`combinators.Semaphores: "db" was made with Size 7, not 8`:           {Name: "db", Size: 8},
		`combinators.Semaphores: "db" was made with MaxQueue 0, not 3`:       {Name: "db", Size: 7, MaxQueue: 3},
		`combinators.Semaphores: the name of the semaphore is empty`:         {Size: 7},
		`combinators.Semaphores: "new": Size must be at least 1, got 0`:      {Name: "new"},
		`combinators.Semaphores: "new": MaxQueue must be at least 0, got -1`: {Name: "new", Size: 1, MaxQueue: -1},
	} {
		s, err := limits.GetWith(config)
		require.EqualError(t, err, want)
		require.Nil(t, s)
	}

	require.NoError(t, found[0].Resize(20))
	again, err := limits.Get("db", 7)
	require.NoError(t, err, "it was made with this size")
	require.Equal(t, 20, again.Size())
	_, err = limits.Get("api", 1)
	require.NoError(t, err)
	require.Equal(t, []string{"api", "db"}, slices.Sorted(maps.Keys(maps.Collect(limits.All()))))
}
