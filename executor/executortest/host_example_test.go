package executortest_test

import (
	"context"
	"fmt"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/executortest"
	"github.com/baton-go/baton/orchestrate"
)

// Print is carried out by printing a line.
type Print struct {
	actions.Returns[actions.Void]
	Line string
}

func printer() *executor.Mux {
	return executor.NewMux(executor.OnVoid(func(_ context.Context, a Print) error {
		_, err := fmt.Println(a.Line)
		return err
	}))
}

// Count yields two actions in each of two branches.
func Count(y actions.Yield) ([]actions.Void, error) {
	branch := func(name string) orchestrate.Orchestration[actions.Void] {
		return func(y actions.Yield) (actions.Void, error) {
			if err := orchestrate.Tell(y, Print{Line: name + " one"}); err != nil {
				return actions.Void{}, err
			}
			return actions.Void{}, orchestrate.Tell(y, Print{Line: name + " two"})
		}
	}
	return orchestrate.All(y, branch("a"), branch("b"))
}

// One branch after the other, on one goroutine.
func ExampleInOrder() {
	ctx := executor.WithStrands(context.Background(), executortest.InOrder{})
	exec := combinators.Parallelize()(printer())
	_, err := orchestrate.Run(ctx, Count, exec)
	fmt.Println(err)
	// Output:
	// a one
	// a two
	// b one
	// b two
	// <nil>
}

// One strand at a time, as Temporal does. The wrapped executor is what strands wait for, while others go on.
func ExampleCooperative() {
	host := &executortest.Cooperative{}
	ctx := executor.WithStrands(context.Background(), host)
	exec := combinators.Parallelize()(host.Around(printer()))
	fmt.Println(executor.Layers(exec))
	_, err := orchestrate.Run(ctx, orchestrate.Orchestration[[]actions.Void](Count), exec)
	fmt.Println(err)
	// Unordered output:
	// Parallelize > Cooperative > Mux(1)
	// a one
	// b one
	// a two
	// b two
	// <nil>
}
