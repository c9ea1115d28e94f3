package durable_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// TakeMoney, CheckFraud and SendOff are what fulfilling an order takes.
type (
	TakeMoney struct {
		actions.Returns[actions.Void]
		Order string
	}
	CheckFraud struct {
		actions.Returns[actions.Void]
		Order string
	}
	SendOff struct {
		actions.Returns[string]
		Order string
	}
)

// fulfil is the code of the first release: pay, wait for the goods, ship.
func fulfil(y actions.Yield, order string) (string, error) {
	if err := orchestrate.Tell(y, TakeMoney{Order: order}); err != nil {
		return "", err
	}
	if _, err := orchestrate.Do(y, actions.Receive[bool]{Name: "goods"}); err != nil {
		return "", err
	}
	return orchestrate.Do(y, SendOff{Order: order})
}

// fulfilChecked checks for fraud first, and forgets that there are runs which have paid already.
func fulfilChecked(y actions.Yield, order string) (string, error) {
	if err := orchestrate.Tell(y, CheckFraud{Order: order}); err != nil {
		return "", err
	}
	return fulfil(y, order)
}

// fulfilEither asks which code the run is to follow: 1 is the one from before the change.
func fulfilEither(y actions.Yield, order string) (string, error) {
	version, err := orchestrate.Do(y, actions.Version{Change: "check for fraud", Min: 1, Max: 2})
	if err != nil {
		return "", err
	}
	if version >= 2 {
		if err := orchestrate.Tell(y, CheckFraud{Order: order}); err != nil {
			return "", err
		}
	}
	return fulfil(y, order)
}

// A run of which the code has changed under its feet is blocked, and goes on with code that knows about it.
func ExampleOpen_deploys() {
	ctx := context.Background()
	warehouse := executor.NewMux(
		executor.OnVoid(func(_ context.Context, a TakeMoney) error { return say("paid %s", a.Order) }),
		executor.OnVoid(func(_ context.Context, a CheckFraud) error { return say("checked %s", a.Order) }),
		executor.On(func(_ context.Context, a SendOff) (string, error) { return "parcel of " + a.Order, nil }),
	)
	st := memory.New()
	deploy := func(f func(actions.Yield, string) (string, error)) (*durable.Runtime, durable.Flow[string, string]) {
		flow := durable.Define("fulfil", f)
		rt, err := durable.Open(ctx, st, warehouse, durable.Config{Flows: durable.Flows(flow)})
		if err != nil {
			panic(err)
		}
		return rt, flow
	}

	rt, flow := deploy(fulfil)
	old, _ := flow.Start(ctx, rt, "order 1", durable.WithID("order-1"))
	for steps, _ := old.Steps(ctx); len(steps) == 0; steps, _ = old.Steps(ctx) { // until it has paid
	}
	_ = rt.Close(ctx)

	rt, _ = deploy(fulfilChecked)
	_ = rt.Send(ctx, "order-1", "goods", true)
	_, err := old.Result(ctx)
	fmt.Println(firstLine(err))
	_ = rt.Close(ctx)

	rt, flow = deploy(fulfilEither)
	fmt.Println(old.Result(ctx)) // its event is still there
	fresh, _ := flow.Start(ctx, rt, "order 2", durable.WithID("order-2"))
	_ = rt.Send(ctx, "order-2", "goods", true)
	fmt.Println(fresh.Result(ctx))
	_ = rt.Close(ctx)
	// Output:
	// paid order 1
	// run "order-1" is blocked: run "order-1": step 0: the journal has durable_test.TakeMoney{"Order":"order 1"},
	// parcel of order 1 <nil>
	// checked order 2
	// paid order 2
	// parcel of order 2 <nil>
}

func say(format string, args ...any) error {
	_, err := fmt.Printf(format+"\n", args...)
	return err
}

// firstLine is as much of a long error as fits here.
func firstLine(err error) string {
	text := fmt.Sprint(err)
	if at := strings.Index(text, " the code yielded"); at > 0 {
		return text[:at]
	}
	return text
}
