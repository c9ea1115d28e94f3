package combinators_test

import (
	"context"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
)

var breakerCases = map[string]combinators.CircuitConfig{
	"in a row":        {Failures: 5},
	"window of calls": {FailureRate: 0.5},
	"window of time":  {FailureRate: 0.5, WindowTime: time.Minute},
	"slow calls":      {SlowRate: 0.5, SlowCall: time.Second},
}

// breakerCase makes a breaker around a call that takes no time.
func breakerCase(name string) executor.Executor {
	return combinators.Breaker(combinators.NewCircuit(breakerCases[name]))(instant{})
}

func TestABreakerDoesNotAllocateOnSuccess(t *testing.T) {
	ctx, action := t.Context(), actions.Action(task{Host: "a"})
	for name, config := range breakerCases {
		e := breakerCase(name)
		require.Zero(t, testing.AllocsPerRun(1000, func() { _, _ = e.Execute(ctx, action) }), name)
		e = combinators.BreakerBy(combinators.NewCircuits(hostOf, config))(instant{})
		_, _ = e.Execute(ctx, action)
		require.Zero(t, testing.AllocsPerRun(1000, func() { _, _ = e.Execute(ctx, action) }), name)
	}
}

// breakerFloor is what a circuit cannot do without, around a call.
type breakerFloor struct {
	executor.Executor

	epoch       time.Time
	mu          sync.Mutex
	count, last atomic.Int64
}

func (f *breakerFloor) counts() {
	f.count.Add(1)
	f.last.Store(int64(time.Since(f.epoch)))
}

func (f *breakerFloor) window() {
	now := time.Since(f.epoch)
	f.mu.Lock()
	f.count.Add(1) // read by Stats without the lock, as in a circuit without a window
	f.last.Store(int64(now))
	f.mu.Unlock()
}

func (f *breakerFloor) slowCalls() {
	f.last.Store(int64(time.Since(f.epoch)))
	f.window()
}

// benchmarkBreaker measures circuits beside what they cannot do without.
func benchmarkBreaker(b *testing.B, floor func(*breakerFloor), es map[string]executor.Executor) {
	b.Helper()
	ctx, action := context.Background(), actions.Action(task{Host: "a"})
	f := &breakerFloor{Executor: instant{}, epoch: time.Now()}
	b.Run("floor", func(b *testing.B) {
		for b.Loop() {
			_, _ = f.Execute(ctx, action)
			floor(f)
		}
	})
	for _, name := range slices.Sorted(maps.Keys(es)) {
		e := es[name]
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = e.Execute(ctx, action)
			}
		})
	}
}

// BenchmarkBreaker is a circuit that counts failures in a row. Its floor is an atomic addition, a reading of the clock
// and the call.
func BenchmarkBreaker(b *testing.B) {
	open := combinators.NewCircuit(combinators.CircuitConfig{OpenFor: time.Hour})
	open.Trip()
	benchmarkBreaker(b, (*breakerFloor).counts, map[string]executor.Executor{
		"in a row": breakerCase("in a row"),
		"open":     combinators.Breaker(open)(instant{}),
		"by key":   combinators.BreakerBy(combinators.NewCircuits(hostOf, combinators.CircuitConfig{}))(instant{}),
	})
}

// BenchmarkBreakerWindow is a circuit with a window: its floor has a lock more.
func BenchmarkBreakerWindow(b *testing.B) {
	benchmarkBreaker(b, (*breakerFloor).window, map[string]executor.Executor{
		"of calls": breakerCase("window of calls"),
		"of time":  breakerCase("window of time"),
	})
}

// BenchmarkBreakerSlowCalls is a circuit that measures calls: its floor has a second reading of the clock.
func BenchmarkBreakerSlowCalls(b *testing.B) {
	benchmarkBreaker(b, (*breakerFloor).slowCalls, map[string]executor.Executor{
		"in a window of calls": breakerCase("slow calls"),
	})
}

func BenchmarkBreakerParallel(b *testing.B) {
	ctx, action := context.Background(), actions.Action(task{Host: "a"})
	epoch := time.Now()
	var count, last atomic.Int64
	b.Run("floor", func(b *testing.B) {
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				_, _ = instant{}.Execute(ctx, action)
				count.Add(1)
				last.Store(int64(time.Since(epoch)))
			}
		})
	})
	for _, name := range slices.Sorted(maps.Keys(breakerCases)) {
		e := breakerCase(name)
		b.Run(name, func(b *testing.B) {
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					_, _ = e.Execute(ctx, action)
				}
			})
		})
	}
}
