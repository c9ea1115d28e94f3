package combinators_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// announced is a policy to look at: it says its name and what it is asked.
func announced(name string) combinators.Combinator {
	return func(next executor.Executor) executor.Executor {
		return executor.Func(func(ctx context.Context, a actions.Action) (any, error) {
			fmt.Printf("%s: %v\n", name, strings.TrimPrefix(actions.Name(a), "combinators_test."))
			return next.Execute(ctx, a)
		})
	}
}

func trade(y actions.Yield) (actions.Void, error) {
	if _, err := orchestrate.Do(y, GetRate{Currency: "CHF"}); err != nil {
		return actions.Void{}, err
	}
	return actions.Void{}, orchestrate.Tell(y, Buy{Currency: "CHF", Amount: 80})
}

// Reading is safe to repeat; buying is not.
func ExampleFor() {
	exec := combinators.Chain(
		combinators.For[GetRate](announced("repeatable")),
		combinators.For[Buy](announced("once")),
	)(bank())

	_, err := orchestrate.Run(context.Background(), trade, exec)
	fmt.Println(err)
	// Output:
	// repeatable: GetRate
	// once: Buy
	// bought 80 CHF
	// <nil>
}

func ExampleWhen() {
	large := func(a actions.Action) bool {
		buy, ok := a.(Buy)
		return ok && buy.Amount > 50
	}
	exec := combinators.When(large, announced("audit"))(bank())

	_, err := orchestrate.Run(context.Background(), trade, exec)
	fmt.Println(err)
	// Output:
	// audit: Buy
	// bought 80 CHF
	// <nil>
}

// Two calls of one action have different policies, because they are made in different scopes.
func ExampleNamed() {
	exec := combinators.Chain(
		combinators.Parallelize(),
		combinators.Named("checkout", announced("patient")),
		combinators.Named("preview", announced("hasty")),
	)(bank())

	rate := orchestrate.Lift(GetRate{Currency: "CHF"})
	_, err := orchestrate.Run(context.Background(), func(y actions.Yield) (float64, error) {
		if _, err := orchestrate.Scope(y, "preview", rate); err != nil {
			return 0, err
		}
		return orchestrate.Scope(y, "checkout", rate)
	}, exec)
	fmt.Println(err)
	// Output:
	// hasty: GetRate
	// patient: GetRate
	// <nil>
}
