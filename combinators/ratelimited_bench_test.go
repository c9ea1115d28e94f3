package combinators_test

import (
	"context"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
)

var rateLimitedCases = map[string]combinators.Combinator{
	"limiter":  combinators.RateLimited(combinators.NewLimiter(999_999_999, time.Second, 1000)),
	"odd_rate": combinators.RateLimited(combinators.NewLimiter(999_999_937, time.Second, 1000)),
	"cost": combinators.RateLimitedWith(combinators.NewLimiter(999_999_999, time.Second, 1000),
		combinators.RateLimit{Cost: func(actions.Action) int { return 2 }}),
	"by_key": combinators.RateLimitedBy(combinators.NewLimiters(hostOf,
		combinators.LimiterConfig{Tokens: 999_999_999, Per: time.Second, Burst: 1000})),
}

func TestRateLimitedDoesNotAllocateWhileNobodyWaits(t *testing.T) {
	ctx, action := t.Context(), actions.Action(task{Host: "a"})
	for name, c := range rateLimitedCases {
		e := c(instant{})
		_, _ = e.Execute(ctx, action)
		require.Zero(t, testing.AllocsPerRun(200, func() { _, _ = e.Execute(ctx, action) }), name)
	}
}

// BenchmarkRateLimited measures a limiter beside what it cannot do without: a lock, a reading of the clock, and the
// call.
func BenchmarkRateLimited(b *testing.B) {
	ctx, action := context.Background(), actions.Action(task{Host: "a"})
	epoch := time.Now()
	var mu sync.Mutex
	var at time.Duration
	var next executor.Executor = instant{}
	b.Run("floor", func(b *testing.B) {
		for b.Loop() {
			now := time.Since(epoch)
			mu.Lock()
			at = max(at, now)
			mu.Unlock()
			_, _ = next.Execute(ctx, action)
		}
	})
	cases := map[string]combinators.Combinator{"x_time_rate": combinators.RateLimited(rate.NewLimiter(999_999_999, 1000))}
	for name, c := range rateLimitedCases {
		cases[name] = c
	}
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		e := cases[name](instant{})
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = e.Execute(ctx, action)
			}
		})
		b.Run(name+"/parallel", func(b *testing.B) {
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					_, _ = e.Execute(ctx, action)
				}
			})
		})
	}
}
