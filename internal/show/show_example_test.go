package show_test

import (
	"fmt"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/internal/show"
)

func ExampleAction() {
	fmt.Println(show.Action(Charge{Order: "o-1", Cents: 250}))
	fmt.Println(show.Action(actions.Shielded{Action: Charge{Order: "o-1", Cents: -250}}))
	// Output:
	// show_test.Charge{Order: "o-1", Cents: 250}
	// shielded show_test.Charge{Order: "o-1", Cents: -250}
}

func ExampleDiff() {
	for _, line := range show.Diff(Charge{Order: "o-1", Cents: 250}, Charge{Order: "o-1", Cents: 300}) {
		fmt.Println(line)
	}
	// Output: Cents: want 250, got 300
}
