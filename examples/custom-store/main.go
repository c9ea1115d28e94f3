// Custom-store is a store of durable runs of one's own, and what it takes to trust it.
//
// What Baton keeps of a run goes through eight methods: the contract is the package durable/store, and every sentence
// of it is a test of the package durable/storetest. The store here keeps runs in a map, and appends the runs that a
// transaction changed to a file: about 150 lines of code in store.go, and 50 in log.go. What a change does to a run it
// leaves to durable/store/whole. It is simple rather than quick: a claim looks at all runs, and a change writes a whole
// run.
//
//   - It is no store.Watcher, so the runtime polls. A store whose changes are all made in one process becomes one by
//     embedding store.Hub and calling Tell after each change.
//   - It is for one process at a time, and does not check that.
//   - main_test.go runs the conformance suite against it. That is all that you have to write to know that it is right.
//
// The program orders tea, and is closed while it waits for the payment. A second life finds everything in the file.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// Reserve asks for goods to be put aside.
type Reserve struct {
	actions.Returns[string]
	Item string
}

// Ship asks for goods to be sent.
type Ship struct {
	actions.Returns[actions.Void]
	Shelf string
}

// Checkout is the flow.
var Checkout = durable.Define("checkout", func(y actions.Yield, item string) (string, error) {
	shelf, err := orchestrate.Do(y, Reserve{Item: item})
	if err != nil {
		return "", err
	}
	cents, err := orchestrate.Do(y, actions.Receive[int]{Name: "paid"})
	if err != nil {
		return "", err
	}
	if err := orchestrate.Tell(y, Ship{Shelf: shelf}); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s for %d cents", item, cents), nil
})

func main() {
	if err := twice(context.Background()); err != nil {
		fmt.Println(err)
	}
}

// twice lives two lives on one file.
func twice(ctx context.Context) (err error) {
	dir, err := os.MkdirTemp("", "custom-store")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := live(ctx, filepath.Join(dir, "runs"), order); err != nil {
		return err
	}
	return live(ctx, filepath.Join(dir, "runs"), pay)
}

// live has a process live: it opens the store, carries out what is there, and closes everything.
func live(ctx context.Context, name string, life func(context.Context, *durable.Runtime) error) (err error) {
	st, err := Open(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	exec := executor.NewMux(
		executor.On(func(_ context.Context, a Reserve) (string, error) {
			fmt.Println("reserve", a.Item)
			return "shelf 7", nil
		}),
		executor.OnVoid(func(_ context.Context, a Ship) error {
			_, err := fmt.Println("ship from", a.Shelf)
			return err
		}),
	)
	rt, err := durable.Open(ctx, st, exec, durable.Config{
		Flows: durable.Flows(Checkout), Poll: 10 * time.Millisecond, UnloadAfter: time.Millisecond,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rt.Close(ctx)) }()
	return life(ctx, rt)
}

// order starts a run, and lives until the run waits.
func order(ctx context.Context, rt *durable.Runtime) error {
	fmt.Println("# The first life")
	h, err := Checkout.Start(ctx, rt, "tea", durable.WithID("order-42"))
	for err == nil {
		var status durable.Status
		if status, err = h.Status(ctx); status == durable.Waiting {
			fmt.Println("the run is", status)
			break
		}
		<-time.After(time.Millisecond)
	}
	return err
}

// pay sends what the run waits for.
func pay(ctx context.Context, rt *durable.Runtime) error {
	fmt.Println("# The second life")
	if err := rt.Send(ctx, "order-42", "paid", 450); err != nil {
		return err
	}
	result, err := durable.Attach[string](rt, "order-42").Result(ctx)
	fmt.Println(result)
	return err
}
