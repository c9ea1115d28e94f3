package orchestrate_test

import (
	"context"
	"fmt"
	"iter"

	"github.com/baton-go/baton/actions"
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
