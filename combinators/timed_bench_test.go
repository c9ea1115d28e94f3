package combinators_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
)

func TestTimedAllocatesItsContextAndItsCause(t *testing.T) {
	ctx, action := t.Context(), actions.Action(getQuote{Symbol: "GO"})
	floor := testing.AllocsPerRun(1000, func() {
		child, cancel := context.WithTimeout(ctx, time.Minute)
		_, _ = instant{}.Execute(child, action)
		cancel()
	})
	e := combinators.Timed(time.Minute)(instant{})
	require.LessOrEqual(t, testing.AllocsPerRun(1000, func() { _, _ = e.Execute(ctx, action) }), floor+1)
}

func BenchmarkTimed(b *testing.B) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	action := actions.Action(getQuote{Symbol: "GO"})
	b.Run("floor", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			child, cancel := context.WithTimeout(ctx, time.Minute)
			_, _ = instant{}.Execute(child, action)
			cancel()
		}
	})
	for _, c := range []struct {
		name  string
		stack combinators.Combinator
	}{
		{"success", combinators.Timed(time.Minute)},
		{"success/limit_of", combinators.TimedWith(combinators.Timeout{
			Limit: time.Minute, LimitOf: func(actions.Action) time.Duration { return time.Second },
		})},
		{"success/abandon", combinators.TimedWith(combinators.Timeout{
			Limit: time.Minute, Abandon: &combinators.Abandonment{},
		})},
	} {
		e := c.stack(instant{})
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = e.Execute(ctx, action)
			}
		})
	}
}
