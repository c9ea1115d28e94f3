package combinators_test

import (
	"fmt"
	"time"

	"github.com/baton-go/baton/combinators"
)

// One test of a stack is worth having: that there are no warnings about it.
func ExampleLint() {
	permits := combinators.NewSemaphoreWith(combinators.SemaphoreConfig{Name: "bank", Size: 10})
	exec := combinators.Chain(
		combinators.Limited(permits), // bounds groups, not calls
		combinators.Parallelize(),
		combinators.Timed(time.Second),
		combinators.Retried(combinators.Retry{}),
		combinators.Timed(2*time.Second), // longer than all attempts together
	)(bank())

	for _, w := range combinators.Lint(exec) {
		fmt.Printf("%s: %s\n", w.Layer, w.Remedy)
	}
	// Output:
	// Limited(bank): Put it below Parallelize
	// Timed(2s): Make it the shorter one
}
