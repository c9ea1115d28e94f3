package combinators_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"go.uber.org/zap"
	"golang.org/x/time/rate"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/lawtest"
)

// table has a row for each combinator of the package, sorted.
func table() []lawtest.Row {
	everything := func(actions.Action) bool { return true }
	inWords := func(a actions.Action) any {
		if a, ok := a.(lawtest.List); ok {
			return fmt.Sprint(a)
		}
		return a
	}
	return []lawtest.Row{
		{
			Func:  "Breaker",
			Twice: breakerTwice,
			New: func() combinators.Combinator {
				return combinators.Breaker(combinators.NewCircuit(combinators.CircuitConfig{Failures: 1000}))
			},
			Tight: func() combinators.Combinator {
				return combinators.Breaker(combinators.NewCircuit(combinators.CircuitConfig{Failures: 1}))
			},
		},
		{
			Func: "Breaker", Variant: "by rates",
			New: func() combinators.Combinator {
				return combinators.Breaker(combinators.NewCircuit(combinators.CircuitConfig{
					FailureRate: 1, SlowRate: 1, SlowCall: longTime, WindowTime: longTime, MinCalls: 1000,
				}))
			},
			Tight: func() combinators.Combinator {
				return combinators.Breaker(combinators.NewCircuit(combinators.CircuitConfig{FailureRate: 0.01, MinCalls: 1}))
			},
		},
		{
			Func:  "BreakerBy",
			Twice: breakerByTwice,
			New: func() combinators.Combinator {
				return combinators.BreakerBy(combinators.NewCircuits(actions.Name, combinators.CircuitConfig{Failures: 1000}))
			},
			Tight: func() combinators.Combinator {
				return combinators.BreakerBy(combinators.NewCircuits(actions.Name, combinators.CircuitConfig{Failures: 1}))
			},
		},
		{
			Func: "Cached", Comparable: true,
			Twice: cachedTwice,
			New: func() combinators.Combinator {
				return combinators.Cached(combinators.NewCache(combinators.CacheConfig{}))
			},
			Tight: func() combinators.Combinator {
				return combinators.Cached(combinators.NewCache(combinators.CacheConfig{Size: 1, TTL: 1, ErrorTTL: 1}))
			},
		},
		{
			Func: "Cached", Variant: "by key, in each run",
			New: func() combinators.Combinator {
				return combinators.Cached(combinators.NewCache(combinators.CacheConfig{Key: inWords, PerRun: true}))
			},
		},
		{
			Func: "Chain", Layer: "Recovered", Kind: lawtest.Structure, Recovers: true,
			New: func() combinators.Combinator {
				return combinators.Chain(combinators.Chain(), combinators.Recovered())
			},
		},
		{
			Func: "Coalesced", Comparable: true, Allocates: 6,
			Twice: coalescedTwice,
			New:   combinators.Coalesced,
		},
		{
			Func: "CoalescedBy", Allocates: 6,
			New: func() combinators.Combinator { return combinators.CoalescedBy(inWords) },
		},
		{
			Func: "Collected", Kind: lawtest.Observer, Allocates: 1,
			Twice: collectedTwice,
			New:   func() combinators.Combinator { return combinators.Collected(combinators.NewCollector()) },
		},
		{
			Func:  "Fallback",
			Twice: fallbackTwice,
			New: func() combinators.Combinator {
				return combinators.Fallback(combinators.AnswerFunc(
					func(_ context.Context, _ actions.Action, err error) (any, error) { return nil, err },
				))
			},
		},
		{
			Func: "FallbackWith", Layer: "Fallback",
			New: func() combinators.Combinator {
				return combinators.FallbackWith(combinators.Plan{
					Resorts: []combinators.Resort{combinators.Instead(executor.NewMux())},
					Class:   combinators.Classify,
				})
			},
		},
		{
			Func: "For", Layer: "For[lawtest.Ask]", Kind: lawtest.Structure, Recovers: true,
			New: func() combinators.Combinator { return combinators.For[lawtest.Ask](combinators.Recovered()) },
		},
		{
			Func: "For", Variant: "of another type", Layer: "For[lawtest.List]", Kind: lawtest.Structure,
			New: func() combinators.Combinator { return combinators.For[lawtest.List](combinators.Recovered()) },
		},
		{
			Func: "Hedged", Allocates: 5,
			Twice: hedgedTwice,
			New: func() combinators.Combinator {
				return combinators.Hedged(combinators.Hedge{Safe: everything, Delay: longTime})
			},
			Tight: func() combinators.Combinator {
				return combinators.Hedged(combinators.Hedge{Safe: everything, Delay: 1, MaxExtra: 5})
			},
		},
		{
			Func: "Hedged", Variant: "what is not safe",
			New: func() combinators.Combinator {
				return combinators.Hedged(combinators.Hedge{
					Safe: func(actions.Action) bool { return false }, Delay: 1,
				})
			},
		},
		{
			Func: "Limited", Capacity: 1,
			Twice: limitedTwice,
			New:   func() combinators.Combinator { return combinators.Limited(combinators.NewSemaphore(1000)) },
			Tight: func() combinators.Combinator { return combinators.Limited(combinators.NewSemaphore(1)) },
		},
		{
			Func: "LimitedWith", Layer: "Limited", Capacity: 2,
			New: func() combinators.Combinator {
				return combinators.LimitedWith(
					combinators.NewSemaphoreWith(combinators.SemaphoreConfig{Name: "weights", Size: 3000, MaxQueue: 1}),
					combinators.Limit{MaxWait: longTime, Weight: func(actions.Action) int { return 3 }},
				)
			},
			Tight: func() combinators.Combinator {
				return combinators.LimitedWith(
					combinators.NewSemaphoreWith(combinators.SemaphoreConfig{Name: "weights", Size: 7}),
					combinators.Limit{Weight: func(actions.Action) int { return 3 }},
				)
			},
		},
		{
			Func: "Logged", Kind: lawtest.Observer, Allocates: 11,
			New: func() combinators.Combinator {
				return combinators.Logged(combinators.Log{Logger: zapAt(zap.DebugLevel), Before: true, Fields: true})
			},
		},
		{
			Func: "Logged", Variant: "at a disabled level", Kind: lawtest.Observer,
			New: func() combinators.Combinator { return combinators.Logged(combinators.Log{Logger: zap.NewNop()}) },
		},
		{
			Func: "Logged", Variant: "to slog", Kind: lawtest.Observer, Allocates: 11,
			New: func() combinators.Combinator {
				return combinators.Logged(combinators.Log{Slog: slogAt(slog.LevelDebug), Before: true, Fields: true})
			},
		},
		{
			Func: "Named", Layer: "Named(scope)", Kind: lawtest.Structure,
			New: func() combinators.Combinator { return combinators.Named("scope", combinators.Recovered()) },
		},
		{
			Func: "Observed", Kind: lawtest.Observer, Allocates: 1,
			Twice: observedTwice,
			New:   func() combinators.Combinator { return combinators.Observed(deaf{on: true}) },
			Tight: func() combinators.Combinator { return combinators.Observed(&memory{}, deaf{on: true}) },
		},
		{
			Func: "Observed", Variant: "by nobody", Kind: lawtest.Observer,
			New: func() combinators.Combinator { return combinators.Observed() },
		},
		{
			Func: "Parallelize", Kind: lawtest.Structure,
			Twice: parallelizeTwice,
			New:   combinators.Parallelize,
		},
		{
			Func: "RateLimited", Capacity: 1,
			Twice: rateLimitedTwice,
			New: func() combinators.Combinator {
				return combinators.RateLimited(combinators.NewLimiter(1e9, time.Second, 2000))
			},
			Tight: func() combinators.Combinator {
				return combinators.RateLimited(combinators.NewLimiter(1, time.Second, 2))
			},
		},
		{
			Func: "RateLimited", Variant: "by x/time/rate",
			New: func() combinators.Combinator { return combinators.RateLimited(rate.NewLimiter(rate.Inf, 0)) },
			Tight: func() combinators.Combinator {
				return combinators.RateLimited(rate.NewLimiter(rate.Every(time.Second), 32))
			},
		},
		{
			Func: "RateLimitedBy", Capacity: 1,
			Twice: rateLimitedByTwice,
			New: func() combinators.Combinator {
				return combinators.RateLimitedBy(combinators.NewLimiters(actions.Name, combinators.LimiterConfig{
					Tokens: 1e9, Per: time.Second, Burst: 2000,
				}))
			},
			Tight: func() combinators.Combinator {
				return combinators.RateLimitedBy(combinators.NewLimiters(actions.Name, combinators.LimiterConfig{
					Tokens: 1, Per: time.Second, Burst: 2,
				}))
			},
		},
		{
			Func: "RateLimitedByWith", Layer: "RateLimitedBy", Capacity: 1,
			New: func() combinators.Combinator {
				return combinators.RateLimitedByWith(
					combinators.NewLimiters(actions.Name, combinators.LimiterConfig{Tokens: 1e9, Per: time.Second, Burst: 5000}),
					combinators.RateLimit{MaxWait: longTime, Cost: func(actions.Action) int { return 2 }})
			},
			Tight: func() combinators.Combinator {
				return combinators.RateLimitedByWith(
					combinators.NewLimiters(actions.Name, combinators.LimiterConfig{Tokens: 1, Per: time.Second, Burst: 4}),
					combinators.RateLimit{Cost: func(actions.Action) int { return 2 }})
			},
		},
		{
			Func: "RateLimitedWith", Layer: "RateLimited", Capacity: 1,
			New: func() combinators.Combinator {
				return combinators.RateLimitedWith(combinators.NewLimiter(1e9, time.Second, 2000),
					combinators.RateLimit{MaxWait: longTime})
			},
			Tight: func() combinators.Combinator {
				return combinators.RateLimitedWith(combinators.NewLimiter(1, time.Second, 4),
					combinators.RateLimit{Cost: func(actions.Action) int { return 2 }})
			},
		},
		{
			Func: "Recovered", Kind: lawtest.Structure, Recovers: true,
			Twice: recoveredTwice,
			New:   combinators.Recovered,
		},
		{
			Func:  "Retried",
			Twice: retriedTwice,
			New:   func() combinators.Combinator { return combinators.Retried(combinators.Retry{}) },
			Tight: func() combinators.Combinator {
				return combinators.Retried(combinators.Retry{
					MaxAttempts: 1, MaxElapsed: 1, MaxDelay: 1, Budget: combinators.NewRetryBudget(0.1, 1),
				})
			},
		},
		{
			Func: "Standard", Layer: "Timed", Allocates: 13, Capacity: 1,
			Twice: standardTwice,
			New: func() combinators.Combinator {
				return combinators.Standard(combinators.Policy{
					Total:   longTime,
					Circuit: combinators.NewCircuit(combinators.CircuitConfig{Failures: 1000}),
				})
			},
			Tight: func() combinators.Combinator {
				return combinators.Standard(combinators.Policy{
					Total:     longTime,
					Sinks:     []combinators.Sink{&memory{}},
					Semaphore: combinators.NewSemaphore(1),
					Retry:     combinators.Retry{MaxAttempts: 2},
					Limiter:   combinators.NewLimiter(1, time.Second, 2),
					Circuit:   combinators.NewCircuit(combinators.CircuitConfig{Failures: 1}),
				})
			},
		},
		{
			Func: "Tapped", Kind: lawtest.Observer,
			Twice: tappedTwice,
			New: func() combinators.Combinator {
				return combinators.Tapped(combinators.Tap{
					Before: func(context.Context, actions.Action) error { return nil },
					After:  func(context.Context, actions.Action, any, error) {},
				})
			},
		},
		{
			Func: "Timed", Allocates: 5,
			Twice: timedTwice,
			New:   func() combinators.Combinator { return combinators.Timed(longTime) },
		},
		{
			Func: "TimedWith", Layer: "Timed", Allocates: 5,
			New: func() combinators.Combinator {
				return combinators.TimedWith(combinators.Timeout{
					Limit:   longTime,
					LimitOf: func(actions.Action) time.Duration { return 0 },
				})
			},
		},
		{
			Func: "TimedWith", Variant: "leaving handlers behind", Layer: "Timed", Allocates: 9,
			New: func() combinators.Combinator {
				return combinators.TimedWith(combinators.Timeout{Limit: longTime, Abandon: &combinators.Abandonment{}})
			},
		},
		{
			Func: "When", Kind: lawtest.Structure, Recovers: true,
			New: func() combinators.Combinator { return combinators.When(everything, combinators.Recovered()) },
		},
	}
}

// longTime is longer than any law takes.
const longTime = 2_000_000 * time.Hour

func TestTheLawsHold(t *testing.T) {
	t.Parallel()
	lawtest.Run(t, table())
}

func TestEveryCombinatorIsInTheTableOfTheLaws(t *testing.T) {
	t.Parallel()
	lawtest.Complete(t, ".", table())
}

// BenchmarkSuccess is where the costs in docs/combinators.md come from.
func BenchmarkSuccess(b *testing.B) { lawtest.Benchmark(b, table()) }

// Not parallel, because it counts allocations.
func TestTheSuccessPathDoesNotAllocate(t *testing.T) {
	lawtest.Allocations(t, table())
}
