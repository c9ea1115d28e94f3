package orchestrate_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
)

// The shop of the examples.
type (
	// Price asks what a thing costs.
	Price struct {
		actions.Returns[int]
		Thing string
	}
	// Greeting asks for a word of welcome.
	Greeting struct {
		actions.Returns[string]
		Name string
	}
	// Buy buys a thing, under an order number of the caller's.
	Buy struct {
		actions.Returns[int]
		Order, Thing string
	}
	// GiveBack gives back whatever was bought under an order number, if anything was.
	GiveBack struct {
		actions.Returns[actions.Void]
		Order string
	}
	// Wait waits for something that never comes.
	Wait struct {
		actions.Returns[int]
		For string
	}
)

var errSoldOut = errors.New("sold out")

// Inverse gives the thing back.
func (b Buy) Inverse() actions.Action { return GiveBack{Order: b.Order} }

// shop is the executor of the examples: handlers, and what carries out groups.
func shop() executor.Executor {
	prices := map[string]int{"bread": 3, "butter": 4, "jam": 5}
	price := func(thing string) (int, error) {
		if p, ok := prices[thing]; ok {
			return p, nil
		}
		return 0, fmt.Errorf("%s: %w", thing, errSoldOut)
	}
	return combinators.Parallelize()(executor.System(executor.NewMux(
		executor.On(func(_ context.Context, a Price) (int, error) { return price(a.Thing) }),
		executor.On(func(_ context.Context, a Greeting) (string, error) { return "hello, " + a.Name, nil }),
		executor.On(func(_ context.Context, a Buy) (int, error) {
			fmt.Println("buy", a.Thing)
			return price(a.Thing)
		}),
		executor.OnVoid(func(_ context.Context, a GiveBack) error {
			fmt.Println("give back", a.Order)
			return nil
		}),
		executor.On(func(ctx context.Context, a Wait) (int, error) {
			<-ctx.Done()
			return 0, ctx.Err()
		}),
	)))
}
