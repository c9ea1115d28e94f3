// Package golden keeps what a workflow does in files that people read and review.
//
//	order, err := golden.Run(t, orchestrate.Bind(Checkout, cart), exec)
//
// runs the workflow, compares its actions and what came of them with testdata/TestCheckout.golden, and fails the test
// with the lines that have changed if they differ. If they should, write the file anew and look at its diff:
//
//	go test -run 'TestCheckout$' -update
//
// The trace is in the order of the steps, so branches that run side by side make the same file every time; how far the
// losers of a race come is up to time, which testing/synctest and the executors of the kit make repeatable. What else
// differs from run to run, such as clocks and identifiers, is answered by a fake executor, or changed in the trace
// before [Check] compares it.
//
// Importing the package defines the flag -update, unless a package that is initialised before has defined one, which
// then counts.
//
// The package imports actions, executor, orchestrate, orchestratetest, internal/show and the standard library.
package golden
