package orchestrate_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
)

// patient is an executor to which time is nothing: whoever sleeps is told that it is over.
func patient(next executor.Executor) executor.Executor {
	return executor.Func(func(ctx context.Context, a actions.Action) (any, error) {
		switch a := a.(type) {
		case actions.Group:
			return executor.RunGroup(ctx, a, patient(next))
		case actions.Sleep:
			fmt.Println(a.For, "pass")
			return nil, nil
		}
		return next.Execute(ctx, a)
	})
}

func ExampleWithTimeout() {
	approval := func(y actions.Yield) (int, error) {
		return orchestrate.WithTimeout(y, 72*time.Hour, orchestrate.Lift(Wait{For: "approval"}))
	}
	_, err := orchestrate.Run(context.Background(), approval, patient(shop()))
	fmt.Println(err)
	fmt.Println(errors.Is(err, context.DeadlineExceeded))
	// Output:
	// 72h0m0s pass
	// not done within 72h0m0s
	// true
}

// The waits are yielded, so a retry over hours lasts as long as the run does, and a test takes no time.
func ExampleRetry() {
	honey := func(y actions.Yield) (int, error) {
		schedule := backoff.Exponential(time.Hour, 2).UpTo(2)
		return orchestrate.Retry(y, schedule, orchestrate.Lift(Price{Thing: "honey"}))
	}
	_, err := orchestrate.Run(context.Background(), honey, patient(shop()))
	fmt.Println(err)
	// Output:
	// 1h0m0s pass
	// 2h0m0s pass
	// 3 attempts: step 4: orchestrate_test.Price: honey: sold out
}

func ExamplePoll() {
	asked := 0
	ready := func(y actions.Yield) (int, error) {
		return orchestrate.Poll(y, backoff.Constant(time.Minute), func(y actions.Yield) (int, bool, error) {
			asked++
			price, err := orchestrate.Do(y, Price{Thing: "bread"})
			return price, asked == 3, err
		})
	}
	fmt.Println(orchestrate.Run(context.Background(), ready, patient(shop())))
	// Output:
	// 1m0s pass
	// 1m0s pass
	// 3 <nil>
}
