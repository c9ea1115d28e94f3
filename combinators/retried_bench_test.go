package combinators_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor/backoff"
)

// instant is the floor of the benchmarks of policies: an executor that does nothing.
type instant struct{ err error }

//go:noinline
func (i instant) Execute(context.Context, actions.Action) (any, error) { return nil, i.err }

func TestRetriedDoesNotAllocateOnSuccess(t *testing.T) {
	ctx, action := t.Context(), actions.Action(getQuote{Symbol: "GO"})
	budget := combinators.NewRetryBudget(0.1, 10)
	for _, retry := range []combinators.Retry{
		{},
		{MaxElapsed: time.Minute, Budget: budget, OnRetry: func(context.Context, combinators.Attempt) error { return nil }},
	} {
		e := combinators.Retried(retry)(instant{})
		require.Zero(t, testing.AllocsPerRun(1000, func() { _, _ = e.Execute(ctx, action) }))
	}
}

func BenchmarkRetried(b *testing.B) {
	ctx, action := context.Background(), actions.Action(getQuote{Symbol: "GO"})
	budget := combinators.NewRetryBudget(0.1, 10)
	retry := func(r combinators.Retry) combinators.Combinator { return combinators.Retried(r) }
	for _, c := range []struct {
		name  string
		stack combinators.Combinator
	}{
		{"floor", combinators.Chain()},
		{"success", retry(combinators.Retry{})},
		{"success/budget", retry(combinators.Retry{Budget: budget})},
		{"success/max_elapsed", retry(combinators.Retry{MaxElapsed: time.Minute})},
		{"success/twice_around", combinators.Chain(retry(combinators.Retry{}), retry(combinators.Retry{}))},
	} {
		e := c.stack(instant{})
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = e.Execute(ctx, action)
			}
		})
	}
	b.Run("clock", func(b *testing.B) {
		for b.Loop() {
			_ = time.Now()
		}
	})
	b.Run("three_failures", func(b *testing.B) {
		b.ReportAllocs()
		e := combinators.Retried(combinators.Retry{Schedule: backoff.Constant(0)})(instant{errDown})
		for b.Loop() {
			_, _ = e.Execute(ctx, action)
		}
	})
}
