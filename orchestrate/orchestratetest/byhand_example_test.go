package orchestratetest_test

import (
	"context"
	"fmt"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
)

func ExampleByHand() {
	sum, err := Sum(orchestratetest.ByHand(func(a actions.Action) (any, error) {
		switch a := a.(type) {
		case Greet:
			fmt.Println("hello,", a.Name)
		case Price:
			return len(a.Thing), nil
		}
		return nil, nil
	}), []string{"bread", "tea"})
	fmt.Println(sum, err)
	// Output:
	// hello, bread
	// hello, tea
	// 8 <nil>
}

// A branch whose action is never answered waits until another one decides.
func ExampleErrNever() {
	_, err := Quote(orchestratetest.ByHand(func(a actions.Action) (any, error) {
		if _, ok := a.(Price); ok {
			return nil, orchestratetest.ErrNever
		}
		return nil, nil // the Sleep of WithTimeout
	}), "bread")
	fmt.Println(err)
	// Output: not done within 1h0m0s
}

func ExampleRecord() {
	shop := executor.NewMux(
		executor.On(func(context.Context, Fetch) ([]string, error) { return []string{"Ada"}, nil }),
		executor.OnVoid(func(context.Context, Greet) error { return errBusy }),
	)
	var trace orchestratetest.Trace
	_, _ = orchestrate.Run(context.Background(), orchestrate.Bind(Welcome, "users"), orchestratetest.Record(shop, &trace))
	fmt.Println(trace)
	// Output:
	// 0  orchestratetest_test.Fetch{Container: "users", Items: 3} → []string{"Ada"}
	// 1  orchestratetest_test.Greet{Name: "Ada"} → error: the line is busy
}
