package orchestrate_test

import (
	"context"
	"fmt"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// Within a scope, handlers and policies know its name.
func ExampleScope() {
	flow := func(y actions.Yield) (int, error) {
		if _, err := orchestrate.Do(y, Price{Thing: "bread"}); err != nil {
			return 0, err
		}
		return orchestrate.Scope(y, "payment", func(y actions.Yield) (int, error) {
			return orchestrate.Do(y, Price{Thing: "butter"})
		})
	}
	exec := combinators.Parallelize()(executor.NewMux(
		executor.On(func(ctx context.Context, a Price) (int, error) {
			step := executor.StepFrom(ctx)
			fmt.Println(step.Path(), a.Thing, step.Scopes())
			return 0, nil
		}),
	))
	_, err := orchestrate.Run(context.Background(), flow, exec)
	fmt.Println(err)
	// Output:
	// 0 bread []
	// 1.0.0 butter [payment]
	// <nil>
}

// What must happen although the run is cancelled is done under Shield.
func ExampleShield() {
	ctx, cancel := context.WithCancel(context.Background())
	flow := func(y actions.Yield) (int, error) {
		cancel()
		_, err := orchestrate.Do(y, Buy{Thing: "bread"})
		fmt.Println(err)
		return orchestrate.Shield(y, func(y actions.Yield) (int, error) {
			return 0, orchestrate.Tell(y, GiveBack{Order: "7"})
		})
	}
	_, err := orchestrate.Run(ctx, flow, shop())
	fmt.Println(err)
	// Output:
	// step 0: orchestrate_test.Buy: not started: context canceled
	// give back 7
	// <nil>
}
