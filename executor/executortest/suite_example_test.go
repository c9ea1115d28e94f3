package executortest_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/executortest"
)

// This executor hides what it wraps. Check says so without a test; in one, use Test.
func ExampleCheck() {
	forgetful := func(leaf *executor.Mux) executor.Executor {
		return executor.Func(func(ctx context.Context, a actions.Action) (any, error) {
			result, err := leaf.Execute(ctx, a)
			if err != nil && !executor.NotDone(err) {
				err = errors.New(err.Error())
			}
			return result, err
		})
	}
	for _, v := range executortest.Check(executortest.Subject{New: forgetful}) {
		fmt.Println(v.Law)
	}
	// Output:
	// errors arrive whole
	// a handler is cancelled when the context ends
}

func ExampleViolation() {
	fmt.Println(executortest.Violation{
		Law: "errors arrive whole", Detail: "a new error", Remedy: "wrap it with %w",
	})
	// Output:
	// law broken: errors arrive whole
	//   seen: a new error
	//   remedy: wrap it with %w
}
