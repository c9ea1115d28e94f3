package orchestratetest_test

import (
	"errors"
	"fmt"

	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
)

func ExampleNewStepper() {
	s := orchestratetest.NewStepper(t, orchestrate.Bind(Welcome, "users"))
	fmt.Println(s.Action().(Fetch).Items)
	s.Answer([]string{"Ada"})
	fmt.Println(s.Action().(Greet).Name)
	s.Answer(nil)
	fmt.Println(s.Result())
	// Output:
	// 3
	// Ada
	// [Ada] <nil>
}

// In a group, the test chooses who is answered first.
func ExampleStepper_AnswerAt() {
	s := orchestratetest.NewStepper(t, orchestrate.Bind(Quote, "bread"))
	for _, p := range s.Pending() {
		fmt.Println(p)
	}
	s.AnswerAt("0.1.0", nil) // the hour is over
	fmt.Println(s.Result())
	// Output:
	// 0.0.0  orchestratetest_test.Price{Thing: "bread"}
	// 0.1.0  actions.Sleep{For: 1h0m0s}
	// 0 not done within 1h0m0s
}

// A fork goes its own way from any point of the walk.
func ExampleStepper_ForkBefore() {
	s := orchestratetest.NewStepper(t, orchestrate.Bind(Welcome, "users"))
	s.Answer([]string{"Ada", "Grace"})
	s.Answer(nil)
	s.Answer(nil)
	users, _ := s.Result()

	busy := s.ForkBefore("1")
	busy.Fail(errors.New("the line is busy"))
	_, err := busy.Result()

	fmt.Println(users)
	fmt.Println(err)
	fmt.Println(orchestratetest.Compare(s.Trace(), busy.Trace()))
	// Output:
	// [Ada Grace]
	// step 1: orchestratetest_test.Greet: the line is busy
	// they are the same for 1 call, and then differ
	//   error: want nil, got the line is busy
	// want:
	//   1  orchestratetest_test.Greet{Name: "Ada"}
	//   2  orchestratetest_test.Greet{Name: "Grace"}
	// got:
	//   1  orchestratetest_test.Greet{Name: "Ada"} → error: the line is busy
}
