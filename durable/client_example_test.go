package durable_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store/memory"
)

// A client starts runs and asks about them. A runtime that knows the flow carries them out, on the same store.
func ExampleNewClient() {
	ctx := context.Background()
	client := durable.NewClient(memory.New())

	h, err := Checkout.Start(ctx, client, Order{"tea", 450}, durable.WithID("order-42"))
	if err != nil {
		panic(err)
	}
	fmt.Println(h.Status(ctx))
	// Output: pending <nil>
}

func ExampleFlow_Start() {
	ctx, client := context.Background(), durable.NewClient(memory.New())

	first, _ := Checkout.Start(ctx, client, Order{"tea", 450}, durable.WithID("order-42"))
	again, _ := Checkout.Start(ctx, client, Order{"tea", 450}, durable.WithID("order-42"))
	fmt.Println(first.New(), again.New())

	_, err := Checkout.Start(ctx, client, Order{"coffee", 300}, durable.WithID("order-42"))
	if conflict, ok := errors.AsType[*durable.ConflictError](err); ok {
		fmt.Println(conflict.Have)
		fmt.Println(conflict.Want)
	}
	// Output:
	// true false
	// flow "checkout" with input {"Item":"tea","Cents":450}
	// flow "checkout" with input {"Item":"coffee","Cents":300}
}

func ExampleFlow_Start_options() {
	ctx, client := context.Background(), durable.NewClient(memory.New())

	h, _ := Checkout.Start(ctx, client, Order{"tea", 450},
		durable.WithDelay(24*time.Hour),
		durable.WithTimeLimit(time.Hour),
		durable.WithRetention(30*24*time.Hour),
		durable.WithLabels(map[string]string{"customer": "Ada"}),
		durable.WithPriority(5))
	m, _ := h.Metadata(ctx)
	fmt.Println(m.Due.Sub(m.Created), m.Deadline.Sub(m.Due), m.Labels, m.Priority)
	// Output: 24h0m0s 1h0m0s map[customer:Ada] 5
}

func ExampleFlow_StartMany() {
	ctx, client := context.Background(), durable.NewClient(memory.New())
	orders := []Order{{"tea", 450}, {"coffee", 300}, {"cake", 520}}

	handles, err := Checkout.StartMany(ctx, client, orders, func(i int, o Order) []durable.StartOption {
		return []durable.StartOption{durable.WithID("order-" + o.Item)}
	})
	for _, h := range handles {
		fmt.Println(h.ID(), h.New())
	}
	fmt.Println(err)
	// Output:
	// order-tea true
	// order-coffee true
	// order-cake true
	// <nil>
}

func ExampleAttach() {
	ctx, client := context.Background(), durable.NewClient(memory.New())
	Checkout.Start(ctx, client, Order{"tea", 450}, durable.WithID("order-42"))

	// Anywhere else, with nothing but the store and the ID:
	h := durable.Attach[Receipt](client, "order-42")
	_, done, err := h.TryResult(ctx)
	fmt.Println(done, err)

	_, err = durable.Attach[Receipt](client, "order-43").Status(ctx)
	fmt.Println(err)
	// Output:
	// false <nil>
	// run "order-43": there is no such run
}

func ExampleHandle_Cancel() {
	ctx, client := context.Background(), durable.NewClient(memory.New())
	h, _ := Checkout.Start(ctx, client, Order{"tea", 450}, durable.WithID("order-42"))

	fmt.Println(h.Cancel(ctx, "out of tea"))
	_, err := h.Result(ctx)
	fmt.Println(err)
	fmt.Println(errors.Is(err, context.Canceled))
	fmt.Println(h.Cancel(ctx, "out of tea"))
	// Output:
	// true <nil>
	// run "order-42" was cancelled: out of tea
	// true
	// false cancel run "order-42": the run has finished
}

func ExampleHandle_Result_timeout() {
	client := durable.NewClient(memory.New())
	h, _ := Checkout.Start(context.Background(), client, Order{"tea", 450}, durable.WithID("order-42"))

	// Nobody carries the run out here. The timeout is the waiter's: the run is as it was.
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	_, err := h.Result(ctx)
	fmt.Println(err)
	fmt.Println(h.Status(context.Background()))
	// Output:
	// wait for run "order-42": context deadline exceeded
	// pending <nil>
}

func ExampleClient_Send() {
	ctx, client := context.Background(), durable.NewClient(memory.New())
	h, _ := Checkout.Start(ctx, client, Order{"tea", 450}, durable.WithID("order-42"))

	fmt.Println(client.Send(ctx, h.ID(), "paid", 450))
	// A webhook may come twice: with a key it counts once.
	fmt.Println(client.Send(ctx, h.ID(), "shipped", "today", durable.DedupKey("webhook-7")))
	fmt.Println(client.Send(ctx, h.ID(), "shipped", "today", durable.DedupKey("webhook-7")))
	fmt.Println(client.Send(ctx, "order-43", "paid", 300))
	// Output:
	// <nil>
	// <nil>
	// <nil>
	// send "paid" to run "order-43": there is no such run
}

func ExampleClient_List() {
	ctx, client := context.Background(), durable.NewClient(memory.New())
	for i, customer := range []string{"Ada", "Grace", "Ada", "Ada"} {
		Checkout.Start(ctx, client, Order{"tea", i}, durable.WithID(fmt.Sprintf("order-%d", i)),
			durable.WithLabels(map[string]string{"customer": customer}))
	}

	filter := durable.Filter{Labels: map[string]string{"customer": "Ada"}, Limit: 2}
	for page := 1; page <= 2; page++ {
		fmt.Println("page", page)
		for m, err := range client.List(ctx, filter) {
			if err != nil {
				panic(err)
			}
			fmt.Println(" ", m.ID, m.Status)
			filter.After = m.Cursor()
		}
	}
	// Output:
	// page 1
	//   order-0 pending
	//   order-2 pending
	// page 2
	//   order-3 pending
}

func ExampleClient_Stats() {
	ctx, client := context.Background(), durable.NewClient(memory.New())
	Checkout.Start(ctx, client, Order{"tea", 450}, durable.WithID("order-42"))
	Checkout.Start(ctx, client, Order{"tea", 450}, durable.WithID("order-43"))
	client.Cancel(ctx, "order-43", "out of tea")

	s, err := client.Stats(ctx, durable.Filter{Flows: []string{"checkout"}})
	fmt.Println(s.Total, s.Pending, s.Cancelled, err)
	// Output: 2 1 1 <nil>
}

func ExampleClient_Sweep() {
	ctx, client := context.Background(), durable.NewClient(memory.New())
	Checkout.Start(ctx, client, Order{"tea", 450}, durable.WithID("order-42"), durable.WithRetention(time.Nanosecond))
	fmt.Println(client.Sweep(ctx)) // it has not ended

	client.Cancel(ctx, "order-42", "out of tea")
	fmt.Println(client.Sweep(ctx))
	// Output:
	// 0 <nil>
	// 1 <nil>
}

func ExampleClient_Delete() {
	ctx, client := context.Background(), durable.NewClient(memory.New())
	Checkout.Start(ctx, client, Order{"tea", 450}, durable.WithID("order-42"))

	fmt.Println(client.Delete(ctx, "order-42"))
	client.Cancel(ctx, "order-42", "out of tea")
	fmt.Println(client.Delete(ctx, "order-42"))
	// Output:
	// delete run "order-42": the run has not finished
	// <nil>
}

func ExampleMaxPayload() {
	ctx := context.Background()
	client := durable.NewClient(memory.New(), durable.MaxPayload(100))
	_, err := Checkout.Start(ctx, client, Order{Item: strings.Repeat("very ", 30) + "large", Cents: 1})
	if large, ok := errors.AsType[*durable.TooLargeError](err); ok {
		fmt.Println("the", large.What, "has", large.Size, "bytes of", large.Limit)
	}
	// Output: the input has 176 bytes of 100
}

func ExampleHandle_Metadata() {
	ctx, client := context.Background(), durable.NewClient(memory.New())
	h, _ := Checkout.Start(ctx, client, Order{"tea", 450}, durable.WithID("order-42"), durable.WithTimeLimit(time.Hour))
	client.Cancel(ctx, "order-42", "out of tea")

	m, err := h.Metadata(ctx)
	fmt.Println(m.Flow, m.Status, m.Reason, err)
	fmt.Println(m.Deadline.Sub(m.Created), m.Expires.Sub(m.Finished), m.Duration())
	// Output:
	// checkout cancelled out of tea <nil>
	// 1h0m0s 168h0m0s 0s
}
