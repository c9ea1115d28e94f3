package bench_test

import (
	"context"
	"testing"
	"time"

	cenkalti "github.com/cenkalti/backoff/v5"
	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/bulkhead"
	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"github.com/failsafe-go/failsafe-go/ratelimiter"
	"github.com/failsafe-go/failsafe-go/retrypolicy"
	"github.com/failsafe-go/failsafe-go/timeout"
	"github.com/sony/gobreaker/v2"
	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/orchestrate"
)

const (
	limit   = time.Minute
	permits = 100
	rate    = 1_000_000_000 // never reached
)

// policy measures a combinator around the mux, yielded to as in a workflow.
func policy(b *testing.B, c combinators.Combinator) {
	b.Helper()
	run(b, c(mux), func(y actions.Yield, n int) error {
		_, err := orchestrate.Do(y, add{X: n, Y: n})
		return err
	})
}

// failsafeWith measures policies of failsafe-go around the same work.
func failsafeWith(b *testing.B, policies ...failsafe.Policy[int]) {
	b.Helper()
	executor := failsafe.With(policies...)
	loop(b, func(ctx context.Context, n int) error {
		_, err := executor.WithContext(ctx).GetWithExecution(func(e failsafe.Execution[int]) (int, error) {
			return sum(e.Context(), add{X: n, Y: n})
		})
		return err
	})
}

// BenchmarkRetry is a call that succeeds at once, under a policy of three attempts.
func BenchmarkRetry(b *testing.B) {
	b.Run("failsafe-go", func(b *testing.B) { failsafeWith(b, retrypolicy.NewWithDefaults[int]()) })
	b.Run("baton", func(b *testing.B) { policy(b, combinators.Retried(combinators.Retry{})) })
	b.Run("backoff", func(b *testing.B) {
		loop(b, func(ctx context.Context, n int) error {
			_, err := cenkalti.Retry(ctx, func() (int, error) { return sum(ctx, add{X: n, Y: n}) }, cenkalti.WithMaxTries(3))
			return err
		})
	})
}

// BenchmarkBreaker is a call that succeeds, under a closed circuit.
func BenchmarkBreaker(b *testing.B) {
	b.Run("gobreaker", func(b *testing.B) {
		breaker := gobreaker.NewCircuitBreaker[int](gobreaker.Settings{})
		loop(b, func(ctx context.Context, n int) error {
			_, err := breaker.Execute(func() (int, error) { return sum(ctx, add{X: n, Y: n}) })
			return err
		})
	})
	b.Run("baton", func(b *testing.B) {
		policy(b, combinators.Breaker(combinators.NewCircuit(combinators.CircuitConfig{})))
	})
	b.Run("failsafe-go", func(b *testing.B) { failsafeWith(b, circuitbreaker.NewWithDefaults[int]()) })
}

// BenchmarkTimeout is a call that is done in time.
func BenchmarkTimeout(b *testing.B) {
	b.Run("context.WithTimeout", func(b *testing.B) {
		loop(b, func(ctx context.Context, n int) error {
			ctx, cancel := context.WithTimeout(ctx, limit)
			defer cancel()
			_, err := sum(ctx, add{X: n, Y: n})
			return err
		})
	})
	b.Run("baton", func(b *testing.B) { policy(b, combinators.Timed(limit)) })
	b.Run("failsafe-go", func(b *testing.B) { failsafeWith(b, timeout.New[int](limit)) })
}

// BenchmarkStack is a call that succeeds under five policies: retry, breaker, timeout, bulkhead and rate limit.
func BenchmarkStack(b *testing.B) {
	b.Run("failsafe-go", func(b *testing.B) {
		failsafeWith(b,
			retrypolicy.NewWithDefaults[int](),
			circuitbreaker.NewWithDefaults[int](),
			timeout.New[int](limit),
			bulkhead.New[int](permits),
			ratelimiter.NewBursty[int](rate, time.Second),
		)
	})
	b.Run("baton", func(b *testing.B) { policy(b, stack()) })
}

// stack is the five policies of BenchmarkStack.
func stack() combinators.Combinator {
	return combinators.Chain(
		combinators.Retried(combinators.Retry{}),
		combinators.Breaker(combinators.NewCircuit(combinators.CircuitConfig{})),
		combinators.Timed(limit),
		combinators.Limited(combinators.NewSemaphore(permits)),
		combinators.RateLimited(combinators.NewLimiter(rate, time.Second, permits)),
	)
}

// TestFivePoliciesAllocateWhatATimeoutDoes shows that four of them allocate nothing: context.WithTimeout and its cause
// take five, and the action one.
func TestFivePoliciesAllocateWhatATimeoutDoes(t *testing.T) { //nolint:paralleltest // counts what the process allocates
	const policies, action = 5, 1
	exec := stack()(mux)
	_, err := orchestrate.Run(t.Context(), func(y actions.Yield) (actions.Void, error) {
		n := 0
		require.LessOrEqual(t, testing.AllocsPerRun(1000, func() {
			n++
			_, err := orchestrate.Do(y, add{X: n, Y: n})
			require.NoError(t, err)
		}), float64(policies+action))
		return actions.Void{}, nil
	}, exec)
	require.NoError(t, err)
}
