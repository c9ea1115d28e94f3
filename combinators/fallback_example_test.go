package combinators_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

func ExampleFallback() {
	down := func(context.Context, GetRate) (float64, error) { return 0, errors.New("down") }
	primary, replica := executor.NewMux(executor.On(down)), executor.NewMux(executor.On(down))
	yesterday := map[string]float64{"CHF": 1.24}

	exec := combinators.For[GetRate](combinators.Fallback(
		combinators.Instead(replica),
		combinators.AnswerFunc(func(_ context.Context, a actions.Action, err error) (any, error) {
			if rate, ok := yesterday[a.(GetRate).Currency]; ok {
				return rate, nil
			}
			return nil, err // nothing to add
		}),
	))(primary)

	for _, currency := range []string{"CHF", "???"} {
		rate, err := orchestrate.Run(context.Background(), orchestrate.Lift(GetRate{Currency: currency}), exec)
		fmt.Println(rate, err)
	}
	// Output:
	// 1.24 <nil>
	// 0 step 0: combinators_test.GetRate: down; fallback: down
}

func ExampleFallbackWith() {
	errNoRate := errors.New("no rate today")
	mux := executor.NewMux(executor.On(func(_ context.Context, a GetRate) (float64, error) {
		if a.Currency == "CHF" {
			return 0, errNoRate
		}
		return 0, errors.New("down")
	}))
	exec := combinators.FallbackWith(combinators.Plan{
		Resorts: []combinators.Resort{combinators.Answer(1.0)},
		Class: func(_ context.Context, err error) combinators.Class {
			if errors.Is(err, errNoRate) {
				return combinators.Failure
			}
			return combinators.Neutral
		},
	})(mux)

	for _, currency := range []string{"CHF", "EUR"} {
		rate, err := orchestrate.Run(context.Background(), orchestrate.Lift(GetRate{Currency: currency}), exec)
		fmt.Println(rate, err)
	}
	// Output:
	// 1 <nil>
	// 0 step 0: combinators_test.GetRate: down
}
