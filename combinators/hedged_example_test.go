package combinators_test

import (
	"context"
	"fmt"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

func ExampleHedged() {
	mux := executor.NewMux(executor.On(func(ctx context.Context, _ GetRate) (float64, error) {
		if executor.StepFrom(ctx).Attempt() == 1 {
			<-ctx.Done() // a server that is stuck
			return 0, ctx.Err()
		}
		return 1.25, nil
	}))
	exec := combinators.Hedged(combinators.Hedge{
		Delay: 5 * time.Millisecond,
		Safe: func(a actions.Action) bool {
			_, reads := a.(GetRate)
			return reads
		},
	})(mux)

	rate, err := orchestrate.Run(context.Background(), orchestrate.Lift(GetRate{Currency: "CHF"}), exec)
	fmt.Println(rate, err)
	// Output:
	// 1.25 <nil>
}

func ExampleHedged_quantile() {
	mux := executor.NewMux(executor.On(func(context.Context, GetRate) (float64, error) { return 1.25, nil }))
	// One of 20 rates is asked for twice, however fast the service is, and of ten actions one at most.
	exec := combinators.For[GetRate](combinators.Hedged(combinators.Hedge{
		Quantile: 0.95,
		Safe:     func(actions.Action) bool { return true },
		Budget:   combinators.NewRetryBudget(0.1, 10),
	}))(mux)

	fmt.Println(executor.Layers(exec))
	// Output:
	// For[combinators_test.GetRate](Hedged(quantile 0.95)) > Mux(1)
}
