package combinators_test

import (
	"context"
	"fmt"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/orchestrate"
)

// A collector keeps what was asked and what came back.
func ExampleCollected() {
	seen := combinators.NewCollector()
	exec := combinators.Collected(seen)(bank())

	if _, err := orchestrate.Run(context.Background(), trade, exec); err != nil {
		fmt.Println(err)
	}
	for i, r := range seen.All() {
		fmt.Println(i, r.Step.Path(), actions.Name(r.Action), r.Result, r.Class)
	}
	// Output:
	// bought 80 CHF
	// 0 0 combinators_test.GetRate 1.25 success
	// 1 1 combinators_test.Buy <nil> success
}
