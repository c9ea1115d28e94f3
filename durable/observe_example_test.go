package durable_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/fact"
)

// One sink logs what becomes of runs, and what is done in them. With combinators.ZapSink it is a logger of zap.
func ExampleObserve_slog() {
	ctx := context.Background()
	rt := shopOn(durable.Config{
		Flows:   durable.Flows(Booked),
		Observe: []combinators.Sink{combinators.SlogSink(combinators.Log{Slog: plain()})},
		Log:     slog.New(slog.DiscardHandler), // or else there are two lines about each fact
	})

	h, err := Booked.Start(ctx, rt, 450, durable.WithID("order-42"))
	check(err)
	check(rt.Send(ctx, h.ID(), "confirmed", "yes"))
	_, err = h.Result(ctx)
	check(err)
	check(rt.Close(ctx))
	// Unordered output:
	// level=DEBUG msg="run pending" run=order-42 flow=booked
	// level=DEBUG msg="run running" run=order-42 flow=booked
	// level=DEBUG msg="life began" run=order-42 flow=booked records=0
	// charge 450 once for order-42/0/durable_test.Charge
	// level=DEBUG msg="durable_test.Charge: succeeded" action=durable_test.Charge step=0 run=order-42 class=success
	// level=DEBUG msg="run completed" run=order-42 flow=booked
	// level=DEBUG msg="life ended" run=order-42 flow=booked status=completed
}

// plain is a logger that shows no times.
func plain() *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		Level: slog.LevelDebug,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			switch a.Key {
			case slog.TimeKey, "took", "due":
				return slog.Attr{}
			}
			return a
		},
	}))
}

// A hook may keep a run from being carried out, and others tell what becomes of it.
func ExampleHooks() {
	ctx := context.Background()
	rt := shopOn(durable.Config{
		Flows: durable.Flows(Booked),
		Hooks: durable.Hooks{
			Before: func(ctx context.Context, run fact.Run) (context.Context, error) {
				if run.Labels["customer"] == "Mallory" {
					return nil, errors.New("this customer does not pay")
				}
				return ctx, nil
			},
			OnError: func(_ context.Context, _ fact.Run, err error) { fmt.Println("tell somebody:", err) },
			After:   func(_ context.Context, e *fact.Changed) { fmt.Println(e.Run.ID, "has", e.Status) },
		},
		Log: slog.New(slog.DiscardHandler),
	})

	h, err := Booked.Start(ctx, rt, 450,
		durable.WithID("order-66"), durable.WithLabels(map[string]string{"customer": "Mallory"}))
	check(err)
	_, err = h.Result(ctx)
	fmt.Println("error:", err != nil)
	check(rt.Close(ctx))
	// Unordered output:
	// tell somebody: run "order-66" of flow "booked" failed: this customer does not pay
	// order-66 has failed
	// error: true
}

// A sink of one's own hears of facts, and of the actions that are carried out.
func ExampleObserve() {
	ctx := context.Background()
	client := durable.NewClient(newShop().Store, durable.Observe(printed{}))
	h, err := Booked.Start(ctx, client, 450, durable.WithID("order-42"))
	check(err)
	_, err = h.Cancel(ctx, "the customer has left")
	check(err)
	// Output:
	// order-42 is pending
	// order-42 is cancelled: the customer has left
}

// printed is a sink that prints where runs stand.
type printed struct{}

func (printed) Enabled(context.Context) bool { return true }

func (printed) Start(ctx context.Context, _ *combinators.Started) context.Context { return ctx }

func (printed) Observe(_ context.Context, e combinators.Event) {
	changed, ok := e.(*fact.Changed)
	if !ok {
		return
	}
	fmt.Print(changed.Run.ID, " is ", changed.Status)
	if changed.Reason != "" {
		fmt.Print(": ", changed.Reason)
	}
	fmt.Println()
}
