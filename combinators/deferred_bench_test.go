package combinators_test

import (
	"context"
	"testing"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
)

// deferring is the least that deals with a panic.
type deferring struct{ next executor.Executor }

func (d *deferring) Execute(ctx context.Context, a actions.Action) (result any, err error) {
	returned := false
	defer func() {
		if !returned {
			err = executor.NewPanicError(recover())
		}
	}()
	result, err = d.next.Execute(ctx, a)
	returned = true
	return result, err
}

// BenchmarkDeferred measures what guards against panics beside a deferred function alone.
func BenchmarkDeferred(b *testing.B) {
	before := func(context.Context, actions.Action) error { return nil }
	after := func(context.Context, actions.Action, any, error) {}
	ctx, a := context.Background(), actions.Action(ask{N: 1})
	for _, c := range []struct {
		name string
		c    combinators.Combinator
	}{
		{"the handler alone", combinators.Chain()},
		{"a deferred function", func(next executor.Executor) executor.Executor { return &deferring{next} }},
		{"Recovered", combinators.Recovered()},
		{"Tapped, no hooks", combinators.Tapped(combinators.Tap{})},
		{"Tapped, before", combinators.Tapped(combinators.Tap{Before: before})},
		{"Tapped, before and after", combinators.Tapped(combinators.Tap{Before: before, After: after})},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			exec := c.c(answer{})
			for b.Loop() {
				_, _ = exec.Execute(ctx, a)
			}
		})
	}
}
