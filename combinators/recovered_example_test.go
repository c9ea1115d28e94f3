package combinators_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
)

// What stands above Recovered sees an error where there was a panic.
func ExampleRecovered() {
	var rates map[string]float64
	mux := executor.NewMux(executor.OnVoid(func(_ context.Context, a Buy) error {
		rates[a.Currency] = 1 // the map was never made
		return nil
	}))
	exec := combinators.Recovered()(mux)

	_, err := exec.Execute(context.Background(), Buy{Currency: "CHF", Amount: 80})
	var p *executor.PanicError
	fmt.Println(errors.As(err, &p), err)
	// Output: true panic: assignment to entry in nil map
}
