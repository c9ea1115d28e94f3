package combinators_test

import (
	"context"
	"fmt"
	"time"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// The recommended stack: groups first, then what the machine does itself, then what each service needs.
func ExampleStandard() {
	exec := combinators.Chain(
		combinators.Parallelize(),
		executor.System,
		combinators.For[GetRate](combinators.Standard(combinators.Policy{
			Name:    "rates",
			Total:   6 * time.Second,
			Limiter: combinators.NewLimiter(100, time.Second, 10),
		})),
		combinators.For[Buy](combinators.Standard(combinators.Policy{
			Name:  "orders",
			Retry: combinators.Retry{MaxAttempts: 1}, // buying twice is worse than not at all
		})),
	)(bank())

	fmt.Println(executor.Layers(exec)[2])
	fmt.Println(executor.Layers(exec)[3])
	fmt.Println(len(combinators.Lint(exec)), "warnings")
	rates, err := orchestrate.Run(context.Background(), compare, exec)
	fmt.Println(rates, err)
	// Output:
	// For[combinators_test.GetRate](Timed(6s) > Retried(3) > RateLimited > Breaker(rates) > Timed(2s))
	// For[combinators_test.Buy](Timed(30s) > Retried(1) > Breaker(orders) > Timed(10s))
	// 0 warnings
	// [1.25 1.25] <nil>
}
