package combinators_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
)

// fullPolicy uses every field.
func fullPolicy(sink combinators.Sink) combinators.Policy {
	return combinators.Policy{
		Name:      "bank",
		Sinks:     []combinators.Sink{sink},
		Semaphore: combinators.NewSemaphoreWith(combinators.SemaphoreConfig{Name: "bank", Size: 2}),
		Total:     10 * time.Second,
		Retry:     combinators.Retry{MaxAttempts: 4, Schedule: backoff.Constant(time.Second)},
		Limiter:   combinators.NewLimiter(1, time.Second, 10),
		Circuit:   combinators.NewCircuit(combinators.CircuitConfig{Name: "bank", Failures: 4}),
		Attempt:   2 * time.Second,
		Class:     combinators.Classify,
	}
}

func TestTheStandardOrder(t *testing.T) {
	t.Parallel()
	require.Equal(t, "Timed(30s) > Retried(3) > Breaker > Timed(10s) > Mux(1)",
		executor.Layers(combinators.Standard(combinators.Policy{})(answers())).String())
	require.Equal(t, "Timed(6s) > Retried(3) > Breaker(bank) > Timed(2s) > Mux(1)",
		executor.Layers(combinators.Standard(combinators.Policy{Name: "bank", Total: 6 * time.Second})(answers())).String())
	require.Equal(t, "Observed(memory) > Limited(bank) > Timed(10s) > Retried(4) > RateLimited > Breaker(bank) > "+
		"Timed(2s) > Mux(1)", executor.Layers(combinators.Standard(fullPolicy(&memory{}))(answers())).String())
}

func TestTheLintIsSilentAboutTheStandard(t *testing.T) {
	t.Parallel()
	cached := cacheOf(combinators.CacheConfig{})
	fallback := combinators.Fallback(combinators.Answer(nil))
	for _, p := range []combinators.Policy{{}, {Total: time.Second}, fullPolicy(&memory{})} {
		standard := combinators.Standard(p)
		for name, stack := range map[string]executor.Executor{
			"alone":   stackOf(standard),
			"in full": stackOf(combinators.Observed(&listener{}), parallelize, executor.System, standard),
			"durable": stackOf(combinators.Observed(&listener{}), journal, executor.System, standard),
			"for two services": stackOf(parallelize, executor.System, combinators.For[ask](standard),
				combinators.For[other](combinators.Standard(p))),
			"for a scope": stackOf(parallelize, executor.System, combinators.Named("payment", standard)),
			"with a cache and a fallback": stackOf(parallelize, executor.System, fallback, cached, combinators.Coalesced(),
				standard),
		} {
			require.Empty(t, combinators.Lint(stack), name)
		}
	}
}

// The order of docs/combinators.md, with everything in it.
func TestTheLintIsSilentAboutTheDocumentedOrder(t *testing.T) {
	t.Parallel()
	exec := stackOf(
		combinators.Observed(&listener{}), combinators.Collected(combinators.NewCollector()),
		parallelize,
		executor.System,
		combinators.Tapped(combinators.Tap{}),
		combinators.For[ask](combinators.Chain(
			combinators.Fallback(combinators.Answer(nil)),
			cacheOf(combinators.CacheConfig{}),
			combinators.Coalesced(),
			semaphoreOf("bank"),
			total,
			retry,
			combinators.Hedged(combinators.Hedge{Safe: isAsk, Delay: time.Second}),
			combinators.RateLimited(combinators.NewLimiter(1, time.Second, 1)),
			circuitOf("bank"),
			attempt,
			combinators.Recovered(),
		)),
		combinators.Named("payment", combinators.Recovered()),
		combinators.When(isAsk, combinators.Recovered()),
	)
	require.Empty(t, combinators.Lint(exec))
	synctest.Test(t, func(t *testing.T) {
		got, err := orchestrate.Run(t.Context(), orchestrate.Lift(ask{N: 7}), exec)
		require.NoError(t, err)
		require.Equal(t, 7, got)
	})
}

func TestTheStandardRetriesAnAttemptThatHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &listener{}
		circuit := combinators.NewCircuit(combinators.CircuitConfig{})
		p := fullPolicy(l)
		p.Circuit = circuit
		var took []time.Duration
		began := time.Now()
		exec := combinators.Standard(p)(executor.Func(func(ctx context.Context, a actions.Action) (any, error) {
			took = append(took, time.Since(began))
			if len(took) < 3 {
				<-ctx.Done()
				return nil, context.Cause(ctx)
			}
			return a.(ask).N, nil
		}))
		got, err := orchestrate.Run(t.Context(), orchestrate.Lift(ask{N: 7}), exec)
		require.NoError(t, err)
		require.Equal(t, 7, got)
		require.Equal(t, []time.Duration{0, 3 * time.Second, 6 * time.Second}, took)
		require.Equal(t, int64(2), circuit.Stats().Failures)
		require.Equal(t, []string{
			"0 combinators_test.ask started", "timed out", "retry scheduled", "timed out", "retry scheduled",
			"0 combinators_test.ask succeeded",
		}, l.lines)
	})
}

func TestTheStandardGivesUpAfterItsTotal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		exec := combinators.Standard(combinators.Policy{
			Total: 5 * time.Second, Attempt: 4 * time.Second, Retry: combinators.Retry{Schedule: backoff.Constant(0)},
		})(executor.Func(func(ctx context.Context, _ actions.Action) (any, error) {
			<-ctx.Done()
			return nil, context.Cause(ctx)
		}))
		began := time.Now()
		_, err := exec.Execute(t.Context(), ask{})
		var timeout *combinators.TimeoutError
		require.ErrorAs(t, err, &timeout)
		require.Equal(t, 5*time.Second, timeout.Limit)
		require.Equal(t, 5*time.Second, time.Since(began))
	})
}

func TestTheStandardDoesNotRetryWhatItsCircuitRejects(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := serviceOf(fails(errDown))
		exec := combinators.Standard(combinators.Policy{Name: "bank"})(s)
		for range 2 {
			_, err := exec.Execute(t.Context(), ask{})
			require.ErrorIs(t, err, errDown)
		}
		require.Equal(t, 5, s.calls(), "the circuit opens within the second action")
		_, err := exec.Execute(t.Context(), ask{})
		var open *combinators.OpenError
		require.ErrorAs(t, err, &open)
		require.Equal(t, "bank", open.Circuit)
		require.Equal(t, 5, s.calls())
	})
}

func TestTheRetriesOfTheStandardKeepToTheRate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		s := serviceOf(fails(errDown))
		exec := combinators.Standard(combinators.Policy{
			Limiter: combinators.NewLimiter(1, 5*time.Second, 1),
			Retry:   combinators.Retry{Schedule: backoff.Constant(0)},
		})(s)
		_, err := exec.Execute(t.Context(), ask{})
		require.ErrorIs(t, err, errDown)
		require.Equal(t, 3, s.calls())
		require.Equal(t, 10*time.Second, time.Since(began))
	})
}

func TestTheClassOfAPolicyIsThatOfItsRetriesAndItsCircuit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := serviceOf(fails(errDown))
		exec := combinators.Standard(combinators.Policy{Class: func(context.Context, error) combinators.Class {
			return combinators.Neutral
		}})(s)
		for n := range 10 {
			_, err := exec.Execute(t.Context(), ask{})
			require.Same(t, errDown, err)
			require.Equal(t, n+1, s.calls())
		}
	})
}

func TestAPolicyRefusesWhatMakesNoSense(t *testing.T) {
	t.Parallel()
	for want, p := range map[string]combinators.Policy{
		"combinators.Policy: Total must be at least 0, got -1s":   {Total: -time.Second},
		"combinators.Policy: Attempt must be at least 0, got -1s": {Attempt: -time.Second},
		"combinators.Policy: Attempt must be less than Total, 2s, got 2s": {
			Total: 2 * time.Second, Attempt: 2 * time.Second,
		},
		"combinators.Policy: Attempt must be less than Total, 30s, got 40s": {Attempt: 40 * time.Second},
		"combinators.Retry: MaxAttempts must be at least 1, got -1":         {Retry: combinators.Retry{MaxAttempts: -1}},
	} {
		require.PanicsWithValue(t, want, func() { combinators.Standard(p) })
	}
}
