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

// A rate is good for a minute. Of several that ask for a missing one at the same time, one calls.
func ExampleCached() {
	bank := executor.NewMux(executor.On(func(_ context.Context, a GetRate) (float64, error) {
		fmt.Println("asked for", a.Currency)
		return 1.25, nil
	}))
	cache := combinators.NewCache(combinators.CacheConfig{TTL: time.Minute})
	exec := combinators.Chain(
		combinators.For[GetRate](combinators.Chain(
			combinators.Cached(cache),
			combinators.Coalesced(),
		)),
	)(bank)

	for range 3 {
		rate, err := orchestrate.Run(context.Background(), orchestrate.Lift(GetRate{Currency: "CHF"}), exec)
		fmt.Println(rate, err)
	}
	fmt.Printf("%+v\n", cache.Stats())
	// Output:
	// asked for CHF
	// 1.25 <nil>
	// 1.25 <nil>
	// 1.25 <nil>
	// {Hits:2 Misses:1 Evictions:0 Expirations:0 Entries:1}
}

// With PerRun, each run asks once.
func ExampleNewCache() {
	bank := executor.NewMux(executor.On(func(_ context.Context, a GetRate) (float64, error) {
		fmt.Println("asked for", a.Currency)
		return 1.25, nil
	}))
	cache := combinators.NewCache(combinators.CacheConfig{
		PerRun: true,
		Key: func(a actions.Action) any {
			if a, ok := a.(GetRate); ok {
				return a.Currency
			}
			return nil // not to be cached
		},
	})
	exec := combinators.Cached(cache)(bank)

	flow := func(y actions.Yield) (float64, error) {
		if _, err := orchestrate.Do(y, GetRate{Currency: "CHF"}); err != nil {
			return 0, err
		}
		return orchestrate.Do(y, GetRate{Currency: "CHF"})
	}
	for range 2 {
		rate, err := orchestrate.Run(context.Background(), flow, exec)
		fmt.Println(rate, err)
	}
	// Output:
	// asked for CHF
	// 1.25 <nil>
	// asked for CHF
	// 1.25 <nil>
}
