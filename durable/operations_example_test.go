package durable_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
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

// Runs move to another store, while no runtime is open on the first: from SQLite to PostgreSQL, for instance.
func ExampleClient_ExportAll() {
	ctx := context.Background()
	from, to := durable.NewClient(memory.New()), durable.NewClient(memory.New())
	if _, err := Checkout.Start(ctx, from, Order{"tea", 450}, durable.WithID("order-42")); err != nil {
		panic(err)
	}
	if err := from.Send(ctx, "order-42", "packed", "parcel 7"); err != nil {
		panic(err)
	}

	move := func(from, to *durable.Client) (int, error) {
		var file bytes.Buffer // or an *os.File
		if _, err := from.ExportAll(ctx, &file, durable.Filter{}); err != nil {
			return 0, err
		}
		return to.ImportAll(ctx, &file) // which can be repeated
	}
	fmt.Println(move(from, to))

	rt, err := durable.Open(ctx, memory.New(), handlers(), durable.Config{Flows: durable.Flows(Checkout)})
	if err != nil {
		panic(err)
	}
	defer rt.Close(ctx)
	fmt.Println(move(to, rt.Client)) // a runtime may be open on the new one
	fmt.Println(Checkout.Attach(rt, "order-42").Result(ctx))
	// Output:
	// 1 <nil>
	// 1 <nil>
	// charge 450 once for order-42/0/durable_test.Charge
	// ship parcel 7
	// {payment 1 parcel 7} <nil>
}

// A run that has failed goes on from its last good step, as a new run; and one that took a wrong turn takes it again.
func ExampleClient_Retry() {
	ctx := context.Background()
	type Reserve struct {
		actions.Returns[string]
		Item string
	}
	reserve := durable.Define("reserve", func(y actions.Yield, item string) (string, error) {
		if err := orchestrate.Tell(y, Call{Who: "the supplier"}); err != nil {
			return "", err
		}
		return orchestrate.Do(y, Reserve{Item: item})
	})
	stock := 0
	rt, err := durable.Open(ctx, memory.New(), executor.NewMux(
		executor.OnVoid(func(_ context.Context, c Call) error { return say("call %s", c.Who) }),
		executor.On(func(ctx context.Context, a Reserve) (string, error) {
			key, err := executor.StepFrom(ctx).Key()
			if err == nil && stock == 0 {
				err = errors.New("none left")
			}
			return a.Item + " under " + key, err
		}),
	), durable.Config{Flows: durable.Flows(reserve)})
	if err != nil {
		panic(err)
	}
	defer rt.Close(ctx)

	h, _ := reserve.Start(ctx, rt, "tea", durable.WithID("order-7"))
	_, err = h.Result(ctx)
	fmt.Println(err)
	stock = 10 // somebody has seen to it
	id, err := rt.Retry(ctx, "order-7")
	fmt.Println(id, err)
	fmt.Println(reserve.Attach(rt, id).Result(ctx))

	fork, err := reserve.Fork(ctx, rt, "order-7", "1", "coffee", durable.WithID("order-8"))
	if err != nil {
		panic(err)
	}
	fmt.Println(fork.Result(ctx))
	// Output:
	// call the supplier
	// run "order-7" of flow "reserve" failed: step 1: durable_test.Reserve: none left
	// order-7.retry-1 <nil>
	// tea under order-7/1/durable_test.Reserve <nil>
	// coffee under order-8/1/durable_test.Reserve <nil>
}

// Call is an action of the example.
type Call struct {
	actions.Returns[actions.Void]
	Who string
}
