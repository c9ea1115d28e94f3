package combinators_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/time/rate"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/orchestrate"
)

func ExampleRateLimited() {
	limiter := combinators.NewLimiter(1000, time.Second, 2) // two at once, then one each millisecond
	exec := combinators.Chain(combinators.Parallelize(), combinators.RateLimited(limiter))(visits(nil))

	pages, err := orchestrate.Run(context.Background(), func(y actions.Yield) ([]string, error) {
		return orchestrate.All(y, orchestrate.Each(Visit{Host: "a"}, Visit{Host: "b"}, Visit{Host: "c"})...)
	}, exec)
	fmt.Println(len(pages), err)
	// Output:
	// 3 <nil>
}

func ExampleRateLimitedWith() {
	limiter := combinators.NewLimiterWith(combinators.LimiterConfig{Name: "api", Tokens: 10, Per: time.Hour, Burst: 10})
	exec := combinators.RateLimitedWith(limiter, combinators.RateLimit{
		NoWait: true,
		Cost:   func(a actions.Action) int { return len(a.(Visit).Host) },
	})(visits(nil))

	for _, host := range []string{"a.example", "b.example"} {
		_, err := orchestrate.Run(context.Background(), orchestrate.Lift(Visit{Host: host}), exec)
		var limited *combinators.RateLimitedError
		if errors.As(err, &limited) {
			fmt.Println("come back in", limited.RetryAfter.Round(time.Minute))
		}
	}
	fmt.Println(limiter.Available(), "left")
	// Output:
	// come back in 48m0s
	// 1 left
}

func ExampleRateLimited_rate() {
	limiter := rate.NewLimiter(rate.Every(time.Millisecond), 1) // golang.org/x/time/rate
	exec := combinators.RateLimited(limiter)(visits(nil))

	page, err := orchestrate.Run(context.Background(), orchestrate.Lift(Visit{Host: "a.example"}), exec)
	fmt.Println(page, err)
	// Output:
	// welcome to a.example <nil>
}

func ExampleRateLimitedBy() {
	hostOf := func(a actions.Action) string { return a.(Visit).Host }
	limiters := combinators.NewLimiters(hostOf, combinators.LimiterConfig{Tokens: 1, Per: time.Hour})
	exec := combinators.RateLimitedByWith(limiters, combinators.RateLimit{NoWait: true})(visits(nil))

	for _, host := range []string{"a.example", "b.example", "a.example"} {
		_, err := orchestrate.Run(context.Background(), orchestrate.Lift(Visit{Host: host}), exec)
		fmt.Println(host, err == nil)
	}
	// Output:
	// a.example true
	// b.example true
	// a.example false
}
