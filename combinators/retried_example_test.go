package combinators_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
)

type GetRate struct {
	actions.Returns[float64]
	Currency string
}

func ExampleRetried() {
	mux := executor.NewMux(executor.On(func(ctx context.Context, a GetRate) (float64, error) {
		if attempt := executor.StepFrom(ctx).Attempt(); attempt < 3 {
			return 0, fmt.Errorf("attempt %d: connection reset", attempt)
		}
		return 1.25, nil
	}))
	exec := combinators.Retried(combinators.Retry{
		MaxAttempts: 5,
		Schedule:    backoff.Exponential(time.Millisecond, 2).FullJitter(),
		OnRetry: func(_ context.Context, failed combinators.Attempt) error {
			fmt.Println(failed.Err)
			return nil
		},
	})(mux)

	rate, err := orchestrate.Run(context.Background(), orchestrate.Lift(GetRate{Currency: "CHF"}), exec)
	fmt.Println(rate, err)
	// Output:
	// attempt 1: connection reset
	// attempt 2: connection reset
	// 1.25 <nil>
}

func ExamplePermanent() {
	mux := executor.NewMux(executor.On(func(context.Context, GetRate) (float64, error) {
		return 0, combinators.Permanent(errors.New("no such currency"))
	}))
	exec := combinators.Retried(combinators.Retry{})(mux)

	_, err := orchestrate.Run(context.Background(), orchestrate.Lift(GetRate{Currency: "???"}), exec)
	fmt.Println(err) // at once, and as itself
	// Output:
	// step 0: combinators_test.GetRate: no such currency
}

func ExampleNewRetryBudget() {
	down := executor.Func(func(context.Context, actions.Action) (any, error) { return nil, errors.New("down") })
	budget := combinators.NewRetryBudget(0.1, 5) // one retry for ten actions, and five at once
	exec := combinators.Retried(combinators.Retry{Schedule: backoff.Constant(0), Budget: budget})(down)

	for range 100 {
		_, _ = exec.Execute(context.Background(), GetRate{})
	}
	fmt.Printf("%d retries, %d refused\n", budget.Stats().Granted, budget.Stats().Refused)
	// Output:
	// 14 retries, 98 refused
}
