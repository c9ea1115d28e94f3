package combinators_test

import (
	"context"
	"testing"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
)

func BenchmarkCoalesced(b *testing.B) {
	var a actions.Action = ask{N: 1}
	for name, ctx := range map[string]context.Context{
		"cancellable": b.Context(), "not cancellable": context.WithoutCancel(b.Context()),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			e := combinators.Coalesced()(instant{})
			for b.Loop() {
				_, _ = e.Execute(ctx, a)
			}
		})
	}
}
