package combinators_test

import (
	"context"
	"math/rand/v2"
	"runtime"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// stores is what outlives the calls of a random stack.
type stores struct {
	semaphore, bounded *combinators.Semaphore
	circuit            *combinators.Circuit
	circuits           *combinators.Circuits
	limiter            *combinators.Limiter
	abandonment        combinators.Abandonment
}

func newStores() *stores {
	return &stores{
		semaphore: combinators.NewSemaphore(2),
		bounded:   combinators.NewSemaphoreWith(combinators.SemaphoreConfig{Size: 2, MaxQueue: 3}),
		circuit: combinators.NewCircuit(combinators.CircuitConfig{
			FailureRate: 0.5, MinCalls: 3, WindowTime: 10 * time.Second, OpenFor: time.Second, OpenGrowth: 2, MaxTrials: 2,
		}),
		circuits: combinators.NewCircuitsWith(hostOf, combinators.CircuitConfig{Failures: 2, OpenFor: time.Second},
			combinators.Keep{Max: 3, Idle: time.Second}),
		limiter: combinators.NewLimiter(7, time.Second, 3),
	}
}

// layers are what stacks are made of.
func (s *stores) layers() []combinators.Combinator {
	budget := combinators.NewRetryBudget(0.3, 20)
	return []combinators.Combinator{
		combinators.Limited(s.semaphore),
		combinators.LimitedWith(s.bounded, combinators.Limit{MaxWait: 3 * time.Second}),
		combinators.Breaker(s.circuit),
		combinators.BreakerBy(s.circuits),
		combinators.RateLimited(s.limiter),
		combinators.RateLimitedWith(s.limiter, combinators.RateLimit{MaxWait: time.Second}),
		combinators.Retried(combinators.Retry{Budget: budget}),
		combinators.Hedged(combinators.Hedge{Safe: anything, Delay: time.Second / 3, MaxExtra: 2, Budget: budget}),
		combinators.Timed(4 * time.Second),
		combinators.TimedWith(combinators.Timeout{Limit: 2 * time.Second, Abandon: &s.abandonment}),
		combinators.Coalesced(),
		combinators.Cached(combinators.NewCache(combinators.CacheConfig{Size: 2, TTL: time.Second, ErrorTTL: time.Second})),
		combinators.Recovered(),
		combinators.Collected(combinators.NewCollector()),
	}
}

// kinds is how many tasks there are for each host.
const kinds = 3

// whim is a handler that does anything that handlers do, running a flow of its own through exec included.
func whim(ctx context.Context, a actions.Action, exec executor.Executor) (any, error) {
	if err := executor.Refuse(ctx); err != nil {
		return nil, err
	}
	mood, takes := rand.IntN(12), time.Duration(rand.IntN(2000))*time.Millisecond
	cancelled := ctx.Done()
	if mood == 0 {
		cancelled = nil // ignores it
	}
	select {
	case <-time.After(takes):
	case <-cancelled:
		return nil, ctx.Err()
	}
	t := a.(task)
	switch {
	case mood == 1:
		panic("oops")
	case mood == 2 && t.Weight > 0:
		runtime.Goexit()
	case mood < 6:
		return nil, errDown
	case mood == 7 && t.ID < kinds:
		t.ID++
		return orchestrate.Run(ctx, orchestrate.Lift(t), exec)
	}
	return "fine", nil
}

// storming carries out groups of equal and other tasks, under a context that may end any time.
func storming(exec executor.Executor, weight int) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if rand.IntN(3) > 0 {
		defer time.AfterFunc(time.Duration(rand.IntN(9000))*time.Millisecond, cancel).Stop()
	}
	for range 4 {
		_, _ = orchestrate.Run(ctx, func(y actions.Yield) ([]actions.Outcome[string], error) {
			tasks := make([]task, 3)
			for i := range tasks {
				tasks[i] = task{ID: rand.IntN(kinds), Host: strconv.Itoa(rand.IntN(3)), Weight: weight}
			}
			return orchestrate.Settle(y, orchestrate.Each(tasks...)...)
		}, exec)
	}
}

// Whatever is composed with what, on both sides of Parallelize, it neither hangs nor loses anything.
func TestNoStackLosesAnything(t *testing.T) {
	t.Parallel()
	for range 100 {
		synctest.Test(t, func(t *testing.T) {
			s := newStores()
			layers := s.layers()
			pick := func(n int) combinators.Combinator {
				cs := make([]combinators.Combinator, n)
				for i := range cs {
					cs[i] = layers[rand.IntN(len(layers))]
				}
				return combinators.Chain(cs...)
			}
			var exec executor.Executor
			handler := executor.Func(func(ctx context.Context, a actions.Action) (any, error) { return whim(ctx, a, exec) })
			exec = combinators.Chain(
				pick(rand.IntN(3)), combinators.Parallelize(), executor.System, pick(1+rand.IntN(6)),
			)(handler)
			stack := executor.Layers(exec).String()
			const callers = 12
			ended := make(chan struct{}, callers)
			weight := rand.IntN(4) / 3 // in one stack of four, handlers exit
			for range callers {
				go func() {
					defer func() { ended <- struct{}{} }()
					storming(exec, weight)
				}()
			}
			hangs := time.After(24 * time.Hour)
			for range callers {
				select {
				case <-ended:
				case <-hangs:
					require.Fail(t, "it hangs", stack)
				}
			}
			synctestSleep(time.Hour) // for handlers that were left behind, and tokens
			s.check(t, stack)
		})
	}
}

// check finds what is lost.
func (s *stores) check(t *testing.T, stack string) {
	t.Helper()
	for _, semaphore := range []*combinators.Semaphore{s.semaphore, s.bounded} {
		require.Zero(t, semaphore.InUse()+semaphore.Waiting(), stack)
	}
	require.Zero(t, s.circuit.Stats().Trials, stack)
	for _, c := range s.circuits.All() {
		require.Zero(t, c.Stats().Trials, stack)
	}
	require.Zero(t, s.limiter.Waiting(), stack)
	require.Equal(t, 3, s.limiter.Available(), stack)
	require.Zero(t, s.abandonment.Abandoned(), stack)
}
