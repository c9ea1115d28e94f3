package dataflow_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/dataflow"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
)

// The names of fields, and what a tag says of them.
func ExampleStep() {
	type search struct {
		Query string `flow:"q"`                // another name on the wire
		Limit int    `flow:"limit,default=10"` // 10 if nobody gives it
		After string `flow:",optional"`        // empty if nobody gives it
	}
	type page struct {
		Hits []string
		Next string `flow:",optional"` // does not come if it is empty
	}
	find := dataflow.Step("find", func(_ context.Context, in search) (page, error) {
		return page{Hits: []string{fmt.Sprintf("%d hits for %s", in.Limit, in.Query)}}, nil
	})
	f := dataflow.Must(dataflow.New("search", find))
	out, err := dataflow.Run[dataflow.Values](context.Background(), f, dataflow.Values{"q": "tea"}, dataflow.Local())
	fmt.Println(out, err)
	// Output: map[Hits:[10 hits for tea]] <nil>
}

func ExampleMap() {
	type operands struct{ X, Y int }
	divide := dataflow.Step("divide", func(_ context.Context, in operands) ([2]int, error) {
		if in.Y == 0 {
			return [2]int{}, errors.New("division by zero")
		}
		return [2]int{in.X / in.Y, in.X % in.Y}, nil
	})
	f := dataflow.Must(dataflow.New("division",
		dataflow.Map(divide, dataflow.In{"X": "Cents", "Y": "Guests"}, dataflow.As("Each", "Rest")),
	))
	type bill struct{ Cents, Guests int }
	out, err := dataflow.Run[struct{ Each, Rest int }](context.Background(), f, bill{1000, 3}, dataflow.Local())
	fmt.Println(out, err)
	// Output: {333 1} <nil>
}

func ExampleOverwrite() {
	f := dataflow.Must(dataflow.New("quote",
		dataflow.Par(gives("list price", a{100}), gives("offer", a{90}), dataflow.Overwrite("A")),
	))
	out, err := dataflow.Run[a](context.Background(), f, nil, dataflow.Local())
	fmt.Println(out, err)
	// Output: {90} <nil>
}

func ExampleOnMissing() {
	f := dataflow.Must(dataflow.New("greet",
		dataflow.OnMissing(dataflow.Skip), dataflow.VisibilityAll,
		dataflow.Par(
			step("mail", func(in struct{ Mail string }) a { fmt.Println("mail to", in.Mail); return a{} }),
			step("call", func(in struct{ Phone string }) b { fmt.Println("call", in.Phone); return b{} }),
		),
	))
	skipped := func(e dataflow.Event) {
		if e.Kind == dataflow.Skipped {
			fmt.Println(e.Kind, e.Path)
		}
	}
	_, err := dataflow.Run[dataflow.Values](context.Background(), f,
		dataflow.Values{"Mail": "ada@example.org"}, dataflow.Local(), skipped)
	fmt.Println(err)
	// Unordered output:
	// mail to ada@example.org
	// skipped greet/call
	// <nil>
}

// Reserve is an action that a workflow yields.
type Reserve struct {
	actions.Returns[string]
	Item string
}

// A step that decides, and so yields actions of its own.
func ExampleWorkflow() {
	type item struct{ Item string }
	type reserved struct{ Reservation string }
	reserve := dataflow.Workflow("reserve", func(y actions.Yield, in item) (reserved, error) {
		id, err := orchestrate.WithTimeout(y, time.Minute, orchestrate.Lift(Reserve{Item: in.Item}))
		return reserved{id}, err
	})
	f := dataflow.Must(dataflow.New("order", reserve))
	exec := dataflow.Local(executor.On(func(_ context.Context, r Reserve) (string, error) {
		return "r-1 for " + r.Item, nil
	}))
	out, err := dataflow.Run[reserved](context.Background(), f, item{"tea"}, exec)
	fmt.Println(out.Reservation, err)
	// Output: r-1 for tea <nil>
}

// Policies stand around the steps, or around one by its name.
func ExampleSteps() {
	attempts := 0
	shipping := dataflow.Step("shipping", func(context.Context, cart) (shipped, error) {
		if attempts++; attempts < 3 {
			return shipped{}, errors.New("the line is busy")
		}
		return shipped{500}, nil
	})
	f := dataflow.Must(dataflow.New("pricing", dataflow.VisibilityAll, dataflow.Par(tax, shipping), total))

	exec := combinators.Chain(
		combinators.Parallelize(),
		executor.System,
		combinators.Named("shipping", combinators.Retried(combinators.Retry{Schedule: backoff.Constant(time.Millisecond)})),
		combinators.Timed(time.Minute),
		dataflow.Steps,
	)(executor.NewMux())
	out, err := dataflow.Run[totalled](context.Background(), f, cart{1000, "IE"}, exec)
	fmt.Println(out.Total, err, attempts)
	// Output: 1700 <nil> 3
}

// A flow as a run that survives: the outcome of each step is in the store before the next begins.
func ExampleTyped() {
	ctx := context.Background()
	priced := durable.Define("pricing", dataflow.Typed[cart, totalled](pricing))
	rt, err := durable.Open(ctx, memory.New(), dataflow.Steps(executor.NewMux()),
		durable.Config{Flows: durable.Flows(priced)})
	check(err)
	run, err := priced.Start(ctx, rt, cart{1000, "IE"}, durable.WithID("order-42"))
	check(err)
	out, err := run.Result(ctx)
	fmt.Println(out.Total, err)
	check(rt.Close(ctx))
	// Output: 1700 <nil>
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func TestTheTotalIsThatOfItsParts(t *testing.T) {
	t.Parallel()
	m := orchestratetest.NewMock(t)
	orchestratetest.On(m, tax.Call(cart{1000, "IE"})).Return(taxed{230})
	orchestratetest.OnMatch(m, shipping.Is).Return(shipped{70})
	orchestratetest.On(m, total.Call(toTotal{1000, 230, 70})).Return(totalled{1300})

	out, err := dataflow.Run[totalled](t.Context(), pricing, cart{1000, "IE"}, m)
	require.NoError(t, err)
	require.Equal(t, totalled{1300}, out)
}

func TestWithoutShippingThereIsNoTotal(t *testing.T) {
	t.Parallel()
	errLost := errors.New("lost at sea")
	m := orchestratetest.NewMock(t)
	orchestratetest.OnMatch(m, tax.Is).Return(taxed{230}).Maybe()
	orchestratetest.OnMatch(m, shipping.Is).Fail(errLost)

	_, err := dataflow.Run[totalled](t.Context(), pricing, cart{1000, "IE"}, m)
	require.ErrorIs(t, err, errLost)
	require.ErrorIs(t, err, dataflow.ErrStep)
}

// Limits and events.
func ExampleLimit() {
	f := dataflow.Must(dataflow.New("pricing",
		dataflow.VisibilityAll,
		dataflow.Par(tax, shipping, dataflow.Limit(1)),
		total,
	))
	finished := 0
	_, err := dataflow.Run[totalled](context.Background(), f, cart{1000, "IE"}, dataflow.Local(), func(e dataflow.Event) {
		if e.Kind == dataflow.Finished {
			finished++
		}
	})
	fmt.Println(finished, err)
	// Output: 3 <nil>
}
