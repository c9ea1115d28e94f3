package combinators_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

func ExampleTimed() {
	mux := executor.NewMux(executor.On(func(ctx context.Context, _ GetRate) (float64, error) {
		<-ctx.Done() // a server that does not answer
		return 0, ctx.Err()
	}))
	exec := combinators.Timed(10 * time.Millisecond)(mux)

	_, err := orchestrate.Run(context.Background(), orchestrate.Lift(GetRate{Currency: "CHF"}), exec)
	fmt.Println(err)
	fmt.Println(errors.Is(err, context.DeadlineExceeded))
	// Output:
	// step 0: combinators_test.GetRate: not done within 10ms
	// true
}

func ExampleTimedWith() {
	yesterday := 1.24
	mux := executor.NewMux(executor.On(func(ctx context.Context, _ GetRate) (float64, error) {
		<-ctx.Done()
		return 0, ctx.Err()
	}))
	exec := combinators.TimedWith(combinators.Timeout{
		Limit: time.Second,
		LimitOf: func(a actions.Action) time.Duration {
			if rate, ok := a.(GetRate); ok && rate.Currency == "CHF" {
				return 10 * time.Millisecond
			}
			return 0 // the Limit
		},
		OnTimeout: func(context.Context, actions.Action) (any, error) { return yesterday, nil },
	})(mux)

	rate, err := orchestrate.Run(context.Background(), orchestrate.Lift(GetRate{Currency: "CHF"}), exec)
	fmt.Println(rate, err)
	// Output:
	// 1.24 <nil>
}

func ExampleAbandonment() {
	stuck := make(chan struct{})
	mux := executor.NewMux(executor.On(func(context.Context, GetRate) (float64, error) {
		<-stuck // heeds nobody
		return 0, nil
	}))
	var left combinators.Abandonment
	exec := combinators.TimedWith(combinators.Timeout{Limit: 10 * time.Millisecond, Abandon: &left})(mux)

	_, err := orchestrate.Run(context.Background(), orchestrate.Lift(GetRate{Currency: "CHF"}), exec)
	fmt.Println(err)
	fmt.Println(left.Abandoned(), "handler left behind")
	close(stuck)
	// Output:
	// step 0: combinators_test.GetRate: not done within 10ms
	// 1 handler left behind
}
