package combinators_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
)

func TestFallbackDoesNotAllocateOnSuccess(t *testing.T) {
	ctx, action := t.Context(), actions.Action(getQuote{Symbol: "GO"})
	e := combinators.Fallback(combinators.Answer("42"))(instant{})
	require.Zero(t, testing.AllocsPerRun(1000, func() { _, _ = e.Execute(ctx, action) }))
}

func BenchmarkFallback(b *testing.B) {
	ctx, action := context.Background(), actions.Action(getQuote{Symbol: "GO"})
	fallback := combinators.Fallback(combinators.Answer("42"))
	for _, c := range []struct {
		name  string
		stack combinators.Combinator
		end   instant
	}{
		{"floor", combinators.Chain(), instant{}},
		{"success", fallback, instant{}},
		{"failure", fallback, instant{errDown}},
	} {
		e := c.stack(c.end)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = e.Execute(ctx, action)
			}
		})
	}
}
