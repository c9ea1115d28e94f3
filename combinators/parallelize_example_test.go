package combinators_test

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// compare asks for two rates side by side.
func compare(y actions.Yield) ([]float64, error) {
	return orchestrate.All(y, orchestrate.Each(GetRate{Currency: "CHF"}, GetRate{Currency: "EUR"})...)
}

func ExampleParallelize() {
	exec := combinators.Parallelize()(bank())

	rates, err := orchestrate.Run(context.Background(), compare, exec)
	fmt.Println(rates, err)
	// Output: [1.25 1.25] <nil>
}

// counted counts what passes.
func counted(n *atomic.Int32) combinators.Combinator {
	return func(next executor.Executor) executor.Executor {
		return executor.Func(func(ctx context.Context, a actions.Action) (any, error) {
			n.Add(1)
			return next.Execute(ctx, a)
		})
	}
}

// Above Parallelize a combinator sees a group as one action, below it each single action.
func ExampleParallelize_bothSides() {
	var above, below atomic.Int32
	exec := combinators.Chain(
		counted(&above),
		combinators.Parallelize(),
		counted(&below),
	)(bank())

	_, err := orchestrate.Run(context.Background(), compare, exec)
	fmt.Println(above.Load(), "above,", below.Load(), "below", err)
	// Output: 1 above, 2 below <nil>
}
