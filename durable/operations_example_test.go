package durable_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store/memory"
)

// In the middle of an incident: a run is held until it is over, and one that cannot be helped is ended.
func ExampleClient_Pause() {
	ctx := context.Background()
	client := durable.NewClient(memory.New()) // in any process that has the store open
	check := func(err error) {
		if err != nil {
			panic(err)
		}
	}

	h, err := Checkout.Start(ctx, client, Order{"tea", 450}, durable.WithID("order-42"))
	check(err)
	check(client.Pause(ctx, "order-42", "the payment service is down"))
	m, err := h.Metadata(ctx)
	fmt.Println(m.Status, "because", m.Reason, err)
	check(client.Resume(ctx, "order-42"))
	fmt.Println(h.Status(ctx))

	check(client.Terminate(ctx, "order-42", "the shop has closed down"))
	_, err = h.Result(ctx)
	fmt.Println(err)
	fmt.Println(errors.Is(err, durable.ErrTerminated))
	// Output:
	// paused because the payment service is down <nil>
	// pending <nil>
	// run "order-42" of flow "checkout" failed: run "order-42" was terminated: the shop has closed down
	// true
}
