package dataflow_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/baton-go/baton/orchestrate/dataflow"
)

type (
	cart struct {
		Cents   int
		Country string
	}
	taxed    struct{ Tax int }
	shipped  struct{ Shipping int }
	toTotal  struct{ Cents, Tax, Shipping int }
	totalled struct{ Total int }
)

var tax = dataflow.Step("tax", func(_ context.Context, in cart) (taxed, error) {
	return taxed{in.Cents / 5}, nil
})

var shipping = dataflow.Step("shipping", func(_ context.Context, in struct{ Country string }) (shipped, error) {
	if in.Country == "" {
		return shipped{}, errors.New("where to?")
	}
	return shipped{500}, nil
})

var total = dataflow.Step("total", func(_ context.Context, in toTotal) (totalled, error) {
	return totalled{in.Cents + in.Tax + in.Shipping}, nil
})

var pricing = dataflow.Must(dataflow.New("pricing",
	dataflow.VisibilityAll,
	dataflow.Par(tax, shipping),
	total,
))

func Example() {
	out, err := dataflow.Run[totalled](context.Background(), pricing, cart{1000, "IE"}, dataflow.Local())
	fmt.Println(out.Total, err)

	_, err = dataflow.Run[totalled](context.Background(), pricing, cart{1000, ""}, dataflow.Local())
	fmt.Println(err)
	// Output:
	// 1700 <nil>
	// pricing/shipping: step 0.1.0.0.0: dataflow.Call: where to?
}

// What is wrong with a flow is known when it is built, all of it.
func ExampleNew() {
	_, err := dataflow.New("pricing", dataflow.Par(tax, shipping), total, dataflow.Limit(0))
	fmt.Println(err)
	// Output:
	// pricing: bad setting: a Limit must be at least 1, got 0
	// pricing/total: missing input: "Cents" is not visible here: "Shipping", "Tax" are
}
