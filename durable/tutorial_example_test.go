package durable_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/durable/store/sqlite"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// Order is what Checkout begins with, Receipt what it ends with.
type Order struct {
	Item  string
	Cents int
}

type Receipt struct{ Payment, Parcel string }

// Charge takes money, and returns the number of the payment.
type Charge struct {
	actions.Returns[string]
	Cents int
}

// Refund gives the money of a payment back.
type Refund struct {
	actions.Returns[actions.Void]
	Cents int
}

// Ship sends a parcel away.
type Ship struct {
	actions.Returns[actions.Void]
	Parcel string
}

// checkout charges, waits until somebody has packed, and ships.
func checkout(y actions.Yield, o Order) (Receipt, error) {
	payment, err := orchestrate.Do(y, Charge{Cents: o.Cents})
	if err != nil {
		return Receipt{}, err
	}
	parcel, err := orchestrate.Do(y, actions.Receive[string]{Name: "packed"})
	if err != nil {
		return Receipt{}, err
	}
	if err := orchestrate.Tell(y, Ship{Parcel: parcel}); err != nil {
		return Receipt{}, err
	}
	return Receipt{Payment: payment, Parcel: parcel}, nil
}

// Checkout is checkout under the name that stores know it by.
var Checkout = durable.Define("checkout", checkout)

// errDeclinedCard is what the bank says to too much.
var errDeclinedCard = errors.New("the card was declined")

// handlers carry the actions of a shop out.
func handlers() executor.Executor {
	return executor.NewMux(
		executor.On(func(ctx context.Context, a Charge) (string, error) {
			key, err := executor.StepFrom(ctx).Key()
			if err != nil {
				return "", err
			}
			fmt.Println("charge", a.Cents, "once for", key)
			if a.Cents > 1000 {
				return "", errDeclinedCard
			}
			return "payment 1", nil
		}),
		executor.OnVoid(func(_ context.Context, a Refund) error {
			fmt.Println("refund", a.Cents)
			return nil
		}),
		executor.OnVoid(func(_ context.Context, a Ship) error {
			fmt.Println("ship", a.Parcel)
			return nil
		}),
	)
}

// A run goes on where it stood, here after the runtime was closed and opened again; it would after a crash.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "shop")
	check(err)
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "baton.db")

	func() {
		st, err := sqlite.Open(ctx, path)
		check(err)
		defer st.Close()
		rt, err := durable.Open(ctx, st, handlers(), durable.Config{Flows: durable.Flows(Checkout)})
		check(err)
		defer rt.Close(ctx)

		_, err = Checkout.Start(ctx, rt, Order{Item: "tea", Cents: 450}, durable.WithID("order-42"))
		check(err)
	}()

	// Another day, perhaps on another machine:
	st, err := sqlite.Open(ctx, path)
	check(err)
	defer st.Close()
	rt, err := durable.Open(ctx, st, handlers(), durable.Config{Flows: durable.Flows(Checkout)})
	check(err)
	defer rt.Close(ctx)

	check(rt.Send(ctx, "order-42", "packed", "parcel 7"))
	receipt, err := durable.Attach[Receipt](rt, "order-42").Result(ctx)
	fmt.Println(receipt, err)
	// Output:
	// charge 450 once for order-42/0/durable_test.Charge
	// ship parcel 7
	// {payment 1 parcel 7} <nil>
}

// shopOn opens a runtime for the examples, on a store in memory.
func shopOn(c durable.Config) *durable.Runtime {
	rt, err := durable.Open(context.Background(), memory.New(), handlers(), c)
	check(err)
	return rt
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// What a run failed with comes back to whoever waits for it, with its code and its details if it has any. Errors that
// were registered are still themselves.
func ExampleErrorKinds() {
	ctx := context.Background()
	rt := shopOn(durable.Config{
		Flows:      durable.Flows(Checkout),
		ErrorKinds: []codec.ErrorKind{codec.Sentinel("shop.declined", errDeclinedCard)},
	})
	defer rt.Close(ctx)

	h, err := Checkout.Start(ctx, rt, Order{Item: "a tea house", Cents: 90_000_000}, durable.WithID("order-43"))
	check(err)
	_, err = h.Result(ctx)
	var failed *durable.RunError
	if errors.As(err, &failed) {
		fmt.Println(failed.Run, "failed:", failed.Message)
	}
	fmt.Println(errors.Is(err, errDeclinedCard))
	// Output:
	// charge 90000000 once for order-43/0/durable_test.Charge
	// order-43 failed: step 0: durable_test.Charge: the card was declined
	// true
}
