package combinators_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
)

func TestHedgedAllocatesAContextATimerAndItself(t *testing.T) {
	ctx, action := t.Context(), actions.Action(getQuote{Symbol: "GO"})
	floor := testing.AllocsPerRun(1000, func() {
		child, cancel := context.WithTimeout(ctx, time.Minute)
		_, _ = instant{}.Execute(child, action)
		cancel()
	})
	e := combinators.Hedged(combinators.Hedge{Safe: always, Delay: time.Minute})(instant{})
	require.LessOrEqual(t, testing.AllocsPerRun(1000, func() { _, _ = e.Execute(ctx, action) }), floor+1)
}

func BenchmarkHedged(b *testing.B) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	action := actions.Action(getQuote{Symbol: "GO"})
	never := func(actions.Action) bool { return false }
	b.Run("floor", func(b *testing.B) { // a context and a timer
		b.ReportAllocs()
		for b.Loop() {
			child, cancel := context.WithTimeout(ctx, time.Minute)
			_, _ = instant{}.Execute(child, action)
			cancel()
		}
	})
	for _, c := range []struct {
		name  string
		hedge combinators.Hedge
	}{
		{"fast", combinators.Hedge{Safe: always, Delay: time.Minute}},
		{"not_safe", combinators.Hedge{Safe: never, Delay: time.Minute}},
	} {
		e := combinators.Hedged(c.hedge)(instant{})
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = e.Execute(ctx, action)
			}
		})
	}
}
