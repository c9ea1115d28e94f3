package combinators_test

import (
	"context"
	"fmt"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

type Buy struct {
	actions.Returns[actions.Void]
	Currency string
	Amount   int
}

func bank() *executor.Mux {
	return executor.NewMux(
		executor.On(func(_ context.Context, _ GetRate) (float64, error) { return 1.25, nil }),
		executor.OnVoid(func(_ context.Context, a Buy) error {
			fmt.Println("bought", a.Amount, a.Currency)
			return nil
		}),
	)
}

// A combinator of your own is a function from executor to executor.
func ExampleCombinator() {
	dryRun := func(next executor.Executor) executor.Executor {
		return executor.Func(func(ctx context.Context, a actions.Action) (any, error) {
			if a, ok := a.(Buy); ok {
				fmt.Println("would buy", a.Amount, a.Currency)
				return nil, nil
			}
			return next.Execute(ctx, a)
		})
	}
	exec := combinators.Chain(dryRun, combinators.Recovered())(bank())

	_, err := orchestrate.Run(context.Background(), func(y actions.Yield) (actions.Void, error) {
		rate, err := orchestrate.Do(y, GetRate{Currency: "CHF"})
		if err != nil {
			return actions.Void{}, err
		}
		return actions.Void{}, orchestrate.Tell(y, Buy{Currency: "CHF", Amount: int(100 / rate)})
	}, exec)
	fmt.Println(err)
	// Output:
	// would buy 80 CHF
	// <nil>
}

// The first combinator of a chain is the outermost layer: it sees an action first.
func ExampleChain() {
	exec := combinators.Chain(
		combinators.Parallelize(),
		executor.System,
		combinators.Recovered(),
	)(bank())

	fmt.Println(executor.Layers(exec))
	// Output: Parallelize > System > Recovered > Mux(2)
}
