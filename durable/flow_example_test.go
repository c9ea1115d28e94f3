package durable_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
)

// Any function can be a background job with a handle.
func ExampleFunc() {
	ctx := context.Background()
	count := durable.Func("count words", func(ctx context.Context, text string) (int, error) {
		return len(strings.Fields(text)), nil
	})
	rt, err := durable.Open(ctx, memory.New(), executor.NewMux(), durable.Config{Flows: durable.Flows(count)})
	check(err)
	defer rt.Close(ctx)

	h, err := count.Start(ctx, rt, "to be or not to be")
	check(err)
	fmt.Println(h.Result(ctx))
	// Output: 6 <nil>
}

// Policies stand around the function: it is called until it succeeds, and what came of it is recorded.
func ExampleUnder() {
	ctx := context.Background()
	calls := 0
	fetch := durable.Func("fetch", func(ctx context.Context, url string) (string, error) {
		if calls++; calls < 3 {
			return "", errors.New("the line is busy")
		}
		return "the page at " + url, nil
	}, durable.Under(combinators.Retried(combinators.Retry{Schedule: backoff.Constant(time.Millisecond)})))
	rt := shopOn(durable.Config{Flows: durable.Flows(fetch)})
	defer rt.Close(ctx)

	h, err := fetch.Start(ctx, rt, "example.org")
	check(err)
	page, err := h.Result(ctx)
	fmt.Println(page, err, calls)
	// Output: the page at example.org <nil> 3
}

// Booked undoes what it did when it fails, also when it is cancelled.
var Booked = durable.Define("booked", func(y actions.Yield, cents int) (string, error) {
	return orchestrate.Saga(y, func(y actions.Yield, undo *orchestrate.Undo) (string, error) {
		payment, err := orchestrate.Undoable(y, undo, Charge{Cents: cents}, Refund{Cents: cents})
		if err != nil {
			return "", err
		}
		_, err = orchestrate.Do(y, actions.Receive[string]{Name: "confirmed"})
		return payment, err
	})
})

func ExampleHandle_Cancel_compensation() {
	ctx := context.Background()
	rt := shopOn(durable.Config{Flows: durable.Flows(Booked)})
	defer rt.Close(ctx)

	h, err := Booked.Start(ctx, rt, 450, durable.WithID("order-42"))
	check(err)
	for steps, err := h.Steps(ctx); len(steps) == 0; steps, err = h.Steps(ctx) {
		check(err) // until the money was taken
	}
	cancelled, err := h.Cancel(ctx, "the customer has left")
	check(err)
	_, err = h.Result(ctx)
	fmt.Println(cancelled, err)
	// Output:
	// charge 450 once for order-42/0/durable_test.Charge
	// refund 450
	// true run "order-42" was cancelled: the customer has left
}

// A flow may start others, as runs of their own, and wait for them.
func ExampleFlow_StartChild() {
	ctx := context.Background()
	greet := durable.Define("greet", func(y actions.Yield, name string) (string, error) {
		return "hello " + name, nil
	})
	all := durable.Define("greet all", func(y actions.Yield, names []string) (string, error) {
		var children []string
		for _, name := range names {
			id, err := greet.StartChild(y, name)
			if err != nil {
				return "", err
			}
			children = append(children, id)
		}
		var greetings []string
		for _, id := range children {
			greeting, err := greet.Await(y, id)
			if err != nil {
				return "", err
			}
			greetings = append(greetings, greeting)
		}
		return strings.Join(greetings, ", "), nil
	})
	rt := shopOn(durable.Config{Flows: durable.Flows(greet, all)})
	defer rt.Close(ctx)

	h, err := all.Start(ctx, rt, []string{"Ada", "Grace"}, durable.WithID("party"))
	check(err)
	fmt.Println(h.Result(ctx))
	// Output: hello Ada, hello Grace <nil>
}

// A flow that goes on for ever begins anew now and then, so that its log stays short.
func ExampleContinueAsNew() {
	ctx := context.Background()
	till := durable.Define("till", func(y actions.Yield, total int) (int, error) {
		for range 100 {
			cents, err := orchestrate.Do(y, actions.Receive[int]{Name: "sale"})
			if err != nil {
				return 0, err
			}
			if cents == 0 {
				return total, nil
			}
			total += cents
		}
		return 0, durable.ContinueAsNew(total)
	})
	rt := shopOn(durable.Config{Flows: durable.Flows(till)})
	defer rt.Close(ctx)

	h, err := till.Start(ctx, rt, 0, durable.WithID("till-1"))
	check(err)
	for range 250 {
		check(rt.Send(ctx, h.ID(), "sale", 2))
	}
	check(rt.Send(ctx, h.ID(), "sale", 0))
	total, err := h.Result(ctx)
	m, _ := h.Metadata(ctx)
	fmt.Println(total, err, m.Generation)
	// Output: 500 <nil> 2
}

// What a run tells about itself can be read at any time, also when it has ended.
func ExampleHandle_Progress() {
	ctx := context.Background()
	bake := durable.Define("bake", func(y actions.Yield, cakes []string) (int, error) {
		for i, cake := range cakes {
			if _, err := orchestrate.Do(y, Charge{Cents: 100}); err != nil {
				return i, err
			}
			progress := actions.Progress{Done: int64(i + 1), Total: int64(len(cakes)), Message: cake}
			if err := orchestrate.Tell(y, progress); err != nil {
				return i, err
			}
			if err := orchestrate.Tell(y, actions.Publish{Name: "baked", Value: cakes[:i+1]}); err != nil {
				return i, err
			}
		}
		return len(cakes), nil
	})
	rt := shopOn(durable.Config{Flows: durable.Flows(bake)})
	defer rt.Close(ctx)

	h, err := bake.Start(ctx, rt, []string{"apple", "plum"}, durable.WithID("b"))
	check(err)
	_, err = h.Result(ctx)
	check(err)
	p, err := h.Progress(ctx)
	fmt.Println(p.Done, "of", p.Total, p.Message, err)
	var baked []string
	found, err := h.Published(ctx, "baked", &baked)
	fmt.Println(baked, found, err)
	// Output:
	// charge 100 once for b/0/durable_test.Charge
	// charge 100 once for b/1/durable_test.Charge
	// 2 of 2 plum <nil>
	// [apple plum] true <nil>
}

// The journal of a run, for people.
func ExampleHandle_Steps() {
	ctx := context.Background()
	rt := shopOn(durable.Config{Flows: durable.Flows(Checkout)})
	defer rt.Close(ctx)
	h, err := Checkout.Start(ctx, rt, Order{Item: "tea", Cents: 450}, durable.WithID("order-42"))
	check(err)
	check(rt.Send(ctx, h.ID(), "packed", "parcel 7"))
	_, err = h.Result(ctx)
	check(err)

	steps, err := h.Steps(ctx)
	check(err)
	for _, s := range steps {
		fmt.Printf("%s %s%s → %s\n", s.Path, s.Name, s.Action, s.Result)
	}
	// Output:
	// charge 450 once for order-42/0/durable_test.Charge
	// ship parcel 7
	// 0 durable_test.Charge{"Cents":450} → "payment 1"
	// 1 actions.Receive[string]{"Name":"packed"} → "parcel 7"
	// 2 durable_test.Ship{"Parcel":"parcel 7"} →
}

func ExampleCodec() {
	client := durable.NewClient(memory.New(), durable.Codec(codec.Gob()))
	h, err := Checkout.Start(context.Background(), client, Order{Item: "tea", Cents: 450}, durable.WithID("order-42"))
	check(err)
	fmt.Println(h.Status(context.Background()))
	// Output: pending <nil>
}
