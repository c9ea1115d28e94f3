package combinators_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
)

var breakerCases = []struct {
	name   string
	config combinators.CircuitConfig
}{
	{"in_a_row", combinators.CircuitConfig{Failures: 5}},
	{"window_of_calls", combinators.CircuitConfig{FailureRate: 0.5}},
	{"window_of_time", combinators.CircuitConfig{FailureRate: 0.5, WindowTime: time.Minute}},
	{"slow_calls", combinators.CircuitConfig{SlowRate: 0.5, SlowCall: time.Second}},
}

func TestABreakerDoesNotAllocateOnSuccess(t *testing.T) {
	ctx, action := t.Context(), actions.Action(task{Host: "a"})
	for _, c := range breakerCases {
		e := combinators.Breaker(combinators.NewCircuit(c.config))(instant{})
		require.Zero(t, testing.AllocsPerRun(1000, func() { _, _ = e.Execute(ctx, action) }), c.name)
		e = combinators.BreakerBy(combinators.NewCircuits(hostOf, c.config))(instant{})
		_, _ = e.Execute(ctx, action)
		require.Zero(t, testing.AllocsPerRun(1000, func() { _, _ = e.Execute(ctx, action) }), c.name)
	}
}

// BenchmarkBreaker measures each rule beside what it cannot do without: its atomic operations or its lock, its readings
// of the clock, and the call.
func BenchmarkBreaker(b *testing.B) {
	ctx, action := context.Background(), actions.Action(task{Host: "a"})
	epoch := time.Now()
	var count, last atomic.Int64
	var mu sync.Mutex
	var next executor.Executor = instant{}
	floor := func(f func()) func(*testing.B) {
		return func(b *testing.B) {
			b.Helper()
			for b.Loop() {
				_, _ = next.Execute(ctx, action)
				f()
			}
		}
	}
	b.Run("floor/in_a_row", floor(func() {
		count.Add(1)
		last.Store(int64(time.Since(epoch)))
	}))
	window := func() {
		now := time.Since(epoch)
		mu.Lock()
		count.Add(1) // read by Stats without the lock, as in a circuit without a window
		last.Store(int64(now))
		mu.Unlock()
	}
	b.Run("floor/window", floor(window))
	b.Run("floor/slow_calls", floor(func() {
		last.Store(int64(time.Since(epoch)))
		window()
	}))
	for _, c := range breakerCases {
		e := combinators.Breaker(combinators.NewCircuit(c.config))(instant{})
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = e.Execute(ctx, action)
			}
		})
	}
	open := combinators.NewCircuit(combinators.CircuitConfig{OpenFor: time.Hour})
	open.Trip()
	e := combinators.Breaker(open)(instant{})
	b.Run("open", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = e.Execute(ctx, action)
		}
	})
	by := combinators.BreakerBy(combinators.NewCircuits(hostOf, combinators.CircuitConfig{}))(instant{})
	b.Run("by_key", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = by.Execute(ctx, action)
		}
	})
}

func BenchmarkBreakerParallel(b *testing.B) {
	ctx, action := context.Background(), actions.Action(task{Host: "a"})
	epoch := time.Now()
	var count, last atomic.Int64
	b.Run("floor/in_a_row", func(b *testing.B) {
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				_, _ = instant{}.Execute(ctx, action)
				count.Add(1)
				last.Store(int64(time.Since(epoch)))
			}
		})
	})
	for _, c := range breakerCases {
		e := combinators.Breaker(combinators.NewCircuit(c.config))(instant{})
		b.Run(c.name, func(b *testing.B) {
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					_, _ = e.Execute(ctx, action)
				}
			})
		})
	}
}
