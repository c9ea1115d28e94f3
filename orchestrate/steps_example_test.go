package orchestrate_test

import (
	"context"
	"fmt"
	"iter"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

func ExampleSteps() {
	s := orchestrate.Steps(orchestrate.Bind(Breakfast, "Ada"))
	for action, reply := range s.All() {
		switch action := action.(type) {
		case Greeting:
			reply.Value = "hi, " + action.Name
		case Price:
			reply.Value = 7
		}
	}
	fmt.Println(s.Result())
	// Output: hi, Ada: that makes 7 <nil>
}

// Watch a run from outside: an executor carries out what the loop lets pass, groups and shielded actions too.
func ExampleSteps_executor() {
	s := orchestrate.Steps(func(y actions.Yield) (int, error) {
		return orchestrate.Saga(y, func(y actions.Yield, undo *orchestrate.Undo) (int, error) {
			if _, err := orchestrate.Undoable(y, undo, Buy{Order: "7", Thing: "bread"}, GiveBack{Order: "7"}); err != nil {
				return 0, err
			}
			prices, err := orchestrate.All(y, orchestrate.Each(Price{Thing: "jam"}, Price{Thing: "caviar"})...)
			return len(prices), err
		})
	})
	y, end := executor.Yield(context.Background(), shop())
	defer end()
	for action, reply := range s.All() {
		fmt.Println(actions.Name(action))
		reply.Value, reply.Err = y(action)
	}
	_, err := s.Result()
	fmt.Println(err)
	// Output:
	// orchestrate_test.Buy
	// buy bread
	// all
	// orchestrate_test.GiveBack
	// give back 7
	// step 1.1.0: orchestrate_test.Price: caviar: sold out
}

// Pull the steps to walk through a workflow at your own pace.
func ExampleStepper_All() {
	s := orchestrate.Steps(orchestrate.Bind(Breakfast, "Ada"))
	next, stop := iter.Pull2(s.All())
	action, reply, _ := next()
	fmt.Printf("%T\n", action)
	reply.Value = "hi"
	action, _, _ = next()
	fmt.Printf("%T\n", action)
	stop()
	_, err := s.Result()
	fmt.Println(err)
	// Output:
	// orchestrate_test.Greeting
	// orchestrate_test.Price
	// the orchestration is no longer stepped
}

// A function that is written as an iterator is an orchestration too.
func ExampleFromSeq() {
	flow := orchestrate.FromSeq(func(yield func(actions.Action, *orchestrate.Reply) bool) {
		var price orchestrate.Reply
		yield(Price{Thing: "bread"}, &price)
		fmt.Println("bread is", price.Value)
		yield(GiveBack{Order: "7"}, nil)
	})
	_, err := orchestrate.Run(context.Background(), flow, shop())
	fmt.Println(err)
	// Output:
	// bread is 3
	// give back 7
	// <nil>
}
