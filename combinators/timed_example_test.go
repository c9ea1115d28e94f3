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
	server := executor.Func(func(ctx context.Context, _ actions.Action) (any, error) {
		<-ctx.Done() // it does not answer
		return nil, ctx.Err()
	})
	exec := combinators.Timed(10 * time.Millisecond)(server)

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
	server := executor.Func(func(context.Context, actions.Action) (any, error) {
		<-stuck // heeds nobody
		return nil, nil
	})
	var left combinators.Abandonment
	exec := combinators.TimedWith(combinators.Timeout{Limit: 10 * time.Millisecond, Abandon: &left})(server)

	_, err := orchestrate.Run(context.Background(), orchestrate.Lift(GetRate{Currency: "CHF"}), exec)
	fmt.Println(err)
	fmt.Println(left.Abandoned(), "handler left behind")
	close(stuck)
	// Output:
	// step 0: combinators_test.GetRate: not done within 10ms
	// 1 handler left behind
}
