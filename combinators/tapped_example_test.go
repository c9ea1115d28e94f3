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

type userKey struct{}

// A check of who may do what is a hook that vetoes with a DeniedError.
func ExampleTapped() {
	access := func(ctx context.Context, a actions.Action) error {
		if _, ok := a.(Buy); ok && ctx.Value(userKey{}) != "ada" {
			return &combinators.DeniedError{Action: a, Reason: "only ada may buy"}
		}
		return nil
	}
	exec := combinators.Tapped(combinators.Tap{Before: access})(bank())

	for _, user := range []string{"ada", "bob"} {
		ctx := context.WithValue(context.Background(), userKey{}, user)
		_, err := orchestrate.Run(ctx, trade, exec)
		fmt.Println(user, err, executor.NotDone(err))
	}
	// Output:
	// bought 80 CHF
	// ada <nil> false
	// bob step 1: combinators_test.Buy: combinators_test.Buy denied: only ada may buy true
}

// After sees what came back, whichever way the action ended.
func ExampleTap_after() {
	exec := combinators.Tapped(combinators.Tap{
		After: func(_ context.Context, a actions.Action, result any, err error) {
			fmt.Println(actions.Name(a), result, err)
		},
	})(executor.NewMux(executor.On(func(_ context.Context, a GetRate) (float64, error) {
		if a.Currency == "" {
			return 0, errors.New("which currency?")
		}
		return 1.25, nil
	})))

	_, _ = exec.Execute(context.Background(), GetRate{Currency: "CHF"})
	_, _ = exec.Execute(context.Background(), GetRate{})
	// Output:
	// combinators_test.GetRate 1.25 <nil>
	// combinators_test.GetRate 0 which currency?
}

// A denial is a rejection: nothing was called, nothing is retried, and no breaker counts it.
func ExampleDeniedError() {
	err := error(&combinators.DeniedError{Action: Buy{}, Reason: "the market is closed"})
	fmt.Println(err)
	fmt.Println(combinators.IsRejection(err), executor.NotDone(err), combinators.Classify(context.Background(), err))
	// Output:
	// combinators_test.Buy denied: the market is closed
	// true true neutral
}
