package combinators_test

import (
	"context"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
)

// erratic is an executor whose calls take a while and end in every way there is. It counts those inside.
type erratic struct{ inside, most, calls atomic.Int64 }

func (e *erratic) Execute(ctx context.Context, _ actions.Action) (any, error) {
	if err := executor.Refuse(ctx); err != nil {
		return nil, err
	}
	e.calls.Add(1)
	e.see(e.inside.Add(1))
	defer e.inside.Add(-1)
	select {
	case <-ctx.Done():
	case <-time.After(time.Duration(1+rand.IntN(50)) * time.Millisecond): // not at once, so that many are inside first
	}
	switch rand.IntN(6) {
	case 0:
		return nil, errDown
	case 1:
		panic("oops")
	case 2:
		runtime.Goexit()
	case 3:
		return nil, &combinators.OpenError{}
	}
	return nil, ctx.Err()
}

func (e *erratic) see(inside int64) {
	for {
		most := e.most.Load()
		if inside <= most || e.most.CompareAndSwap(most, inside) {
			return
		}
	}
}

// storm has many goroutines make calls that are cancelled at random, and returns when all have ended.
func storm(goroutines, calls int, exec executor.Executor, act func() actions.Action) {
	var all sync.WaitGroup
	for range goroutines {
		all.Go(func() {
			for range calls {
				calm := make(chan struct{})
				go func() { // it may exit
					defer close(calm)
					defer func() { _ = recover() }()
					ctx, cancel := context.WithTimeout(context.Background(), time.Duration(rand.IntN(100))*time.Millisecond)
					defer cancel()
					_, _ = exec.Execute(ctx, act())
				}()
				<-calm
			}
		})
	}
	all.Wait()
}

func TestACircuitSurvivesAStorm(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]combinators.CircuitConfig{
		"in a row": {Failures: 3},
		"calls":    {FailureRate: 0.4, WindowCalls: 20},
		"time":     {FailureRate: 0.4, SlowRate: 0.5, SlowCall: 40 * time.Millisecond, WindowTime: 100 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				config.OpenFor, config.MaxTrials, config.TrialSuccesses = 20*time.Millisecond, 3, 2
				var last atomic.Pointer[combinators.StateChange]
				var c *combinators.Circuit
				config.OnChange = func(change combinators.StateChange) {
					before := last.Swap(&change)
					if before != nil && (before.To != change.From || before.Stats.Generation >= change.Stats.Generation) {
						t.Errorf("%v after %v", change, before)
					}
					if n := c.Stats().Trials; n > 3 {
						t.Errorf("%d trials at once", n)
					}
				}
				c = combinators.NewCircuit(config)
				service := &erratic{}
				exec := combinators.Breaker(c)(service)
				storm(50, 200, exec, func() actions.Action { return task{} })
				require.NotNil(t, last.Load(), "it has never opened")
				require.Greater(t, service.calls.Load(), int64(20))

				require.Zero(t, c.Stats().Trials)
				synctestSleep(time.Hour)
				good := combinators.Breaker(c)(&desk{})
				for range 2 {
					require.NoError(t, do(t.Context(), good, well))
				}
				require.Equal(t, combinators.Closed, c.State())
			})
		})
	}
}

func TestAConcurrentTrialIsOneOfAtMostMaxTrials(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := combinators.NewCircuit(combinators.CircuitConfig{
			OpenFor: time.Second, MaxTrials: 3, TrialSuccesses: 1 << 30,
			Class: func(context.Context, error) combinators.Class { return combinators.Neutral },
		})
		c.Trip()
		synctestSleep(time.Second)
		service := &erratic{}
		storm(50, 50, combinators.Breaker(c)(service), func() actions.Action { return task{} })
		require.Equal(t, int64(3), service.most.Load())
		require.Equal(t, combinators.HalfOpen, c.State())
		require.Zero(t, c.Stats().Trials)
	})
}

func TestEveryCallIsCounted(t *testing.T) {
	t.Parallel()
	c := combinators.NewCircuit(combinators.CircuitConfig{Failures: 1 << 30})
	exec := combinators.Breaker(c)(serviceOf(says(nil)))
	failing := combinators.Breaker(c)(serviceOf(fails(errDown)))
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 1000 {
				_, _ = exec.Execute(t.Context(), task{})
				_, _ = failing.Execute(t.Context(), task{})
				_ = c.Stats()
			}
		})
	}
	all.Wait()
	require.Equal(t, int64(8000), c.Stats().Successes)
	require.Equal(t, int64(8000), c.Stats().Failures)
}
