package combinators_test

import (
	"math"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor/backoff"
)

func TestABudgetSharedBetweenExecutorsStopsARetryStorm(t *testing.T) {
	t.Parallel()
	budget := combinators.NewRetryBudget(0.1, 20)
	s := serviceOf(fails(errDown))
	retried := combinators.Retried(combinators.Retry{MaxAttempts: 5, Schedule: backoff.Constant(0), Budget: budget})
	const clients, each = 100, 100

	var all sync.WaitGroup
	for range clients {
		e := retried(s)
		all.Go(func() {
			for range each {
				_, err := e.Execute(t.Context(), getQuote{})
				require.ErrorIs(t, err, errDown)
			}
		})
	}
	all.Wait()

	const asked = clients * each
	retries := s.calls() - asked
	require.LessOrEqual(t, retries, asked/10+20, "instead of four times as many as actions")
	require.GreaterOrEqual(t, retries, asked/10, "what was paid for is granted")
	stats := budget.Stats()
	require.Equal(t, retries, int(stats.Granted))
	require.Positive(t, stats.Refused)
	require.LessOrEqual(t, stats.Tokens, 20+0.1*asked-float64(retries), "no token comes from nowhere")
}

func TestARetryThatTheBudgetRefusesIsReported(t *testing.T) {
	t.Parallel()
	w := &witness{}
	s := serviceOf(fails(errDown))
	e := combinators.Chain(combinators.Observed(w), combinators.Retried(combinators.Retry{
		Schedule: backoff.Constant(0),
		Budget:   combinators.NewRetryBudget(0.5, 1),
	}))(s)

	_, err := askQuote(t.Context(), e, getQuote{Symbol: "GO"})

	require.EqualError(t, err, "step 0: combinators_test.getQuote: "+
		"2 attempts: the quote service is down; gave up: the retry budget is spent")
	require.ErrorIs(t, err, combinators.ErrBudgetSpent)
	require.Equal(t, 2, s.calls())
	require.Len(t, w.events(), 2)
	refused := w.events()[1].(*combinators.Refused)
	require.Equal(t, "Retried", refused.By)
	require.Equal(t, getQuote{Symbol: "GO"}, refused.Action)
	require.Equal(t, combinators.ErrBudgetSpent, refused.Err)
}

func TestActionsThatSucceedRefillTheBudgetUpToItsSize(t *testing.T) {
	t.Parallel()
	budget := combinators.NewRetryBudget(0.75, 2)
	retry := combinators.Retry{MaxAttempts: 9, Schedule: backoff.Constant(0), Budget: budget}
	failing := combinators.Retried(retry)(serviceOf(fails(errDown)))
	working := combinators.Retried(retry)(serviceOf(says("42")))

	_, _ = failing.Execute(t.Context(), getQuote{})
	require.Equal(t, combinators.RetryBudgetStats{Tokens: 0, Granted: 2, Refused: 1}, budget.Stats())
	for _, tokens := range []float64{0.75, 1.5, 2, 2} {
		_, _ = working.Execute(t.Context(), getQuote{})
		require.InDelta(t, tokens, budget.Stats().Tokens, 1e-9)
	}
}

func TestABudgetThatCannotBeIsRefusedWhenBuilt(t *testing.T) {
	t.Parallel()
	for _, fraction := range []float64{0, -1, 1e-7, 1001, math.NaN(), math.Inf(1)} {
		require.Panics(t, func() { combinators.NewRetryBudget(fraction, 1) }, "%v", fraction)
	}
	require.PanicsWithValue(t, "combinators.NewRetryBudget: the number of tokens must be between 1 and a billion, got 0",
		func() { combinators.NewRetryBudget(0.1, 0) })
	require.PanicsWithValue(t, "combinators.NewRetryBudget: the fraction must be between 0.000001 and 1000, got 0",
		func() { combinators.NewRetryBudget(0, 1) })
	require.Panics(t, func() { combinators.NewRetryBudget(0.1, math.MaxInt) })
}
