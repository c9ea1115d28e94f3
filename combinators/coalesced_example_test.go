package combinators_test

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// Five branches want the same rate at the same time, and the bank is asked once.
func ExampleCoalesced() {
	var others sync.WaitGroup
	others.Add(4)
	bank := executor.NewMux(executor.On(func(_ context.Context, a GetRate) (float64, error) {
		others.Wait() // a slow bank: by now, the others have joined
		fmt.Println("asked for", a.Currency)
		return 1.25, nil
	}))
	exec := combinators.Chain(
		combinators.Parallelize(),
		combinators.Observed(onReused(others.Done)),
		combinators.Coalesced(),
	)(bank)

	rates, err := orchestrate.Run(context.Background(), func(y actions.Yield) ([]float64, error) {
		chf := GetRate{Currency: "CHF"}
		return orchestrate.All(y, orchestrate.Each(chf, chf, chf, chf, chf)...)
	}, exec)
	fmt.Println(rates, err)
	// Output:
	// asked for CHF
	// [1.25 1.25 1.25 1.25 1.25] <nil>
}

// onReused is a sink that wants to know when a result is reused.
type onReused func()

func (onReused) Enabled(context.Context) bool { return true }

func (onReused) Start(ctx context.Context, _ *combinators.Started) context.Context { return ctx }

func (f onReused) Observe(_ context.Context, e combinators.Event) {
	if _, ok := e.(*combinators.Reused); ok {
		f()
	}
}

type FindRates struct {
	actions.Returns[map[string]float64]
	Currencies []string
}

// A slice cannot be compared, so the action needs a key.
func ExampleCoalescedBy() {
	mux := executor.NewMux(executor.On(func(_ context.Context, a FindRates) (map[string]float64, error) {
		return map[string]float64{"CHF": 1.25}, nil
	}))
	find := FindRates{Currencies: []string{"CHF"}}

	_, err := combinators.Coalesced()(mux).Execute(context.Background(), find)
	var k *combinators.KeyError
	fmt.Println(errors.As(err, &k), k.Field, k.Type)

	byCurrencies := combinators.CoalescedBy(func(a actions.Action) any {
		if a, ok := a.(FindRates); ok {
			return fmt.Sprintf("%q", a.Currencies)
		}
		return nil // not to be shared
	})
	rates, err := byCurrencies(mux).Execute(context.Background(), find)
	fmt.Println(rates, err)
	// Output:
	// true Currencies []string
	// map[CHF:1.25] <nil>
}
