// Package dataflow builds orchestrations of steps that are wired by the names of what they take and give.
//
// A step is a function from a struct to a struct. The names of the fields are the wires:
//
//	type toTax struct{ Cents int }
//	type taxed struct{ Tax int }
//
//	tax := dataflow.Step("tax", func(ctx context.Context, in toTax) (taxed, error) {
//		return taxed{in.Cents / 5}, nil
//	})
//
// Steps stand in sequences, and in groups that run side by side, nested as deep as need be:
//
//	pricing, err := dataflow.New("pricing",
//		dataflow.VisibilityAll,        // a step sees everything so far, and not only what the one before it returned
//		dataflow.Par(tax, shipping),   // takes Cents and Country; gives Tax and Shipping
//		total,                         // takes Cents, Tax and Shipping; gives Total
//	)
//
// [New] checks it all: that each input is there, and of its type, wherever that can be known. What it returns is an
// orchestration as any other, to be run with [Run], as a step of another flow, or, by way of [Typed], under a
// journal; a mock answers for its steps. It may be run by any number of goroutines at once.
//
// Each step is an action in a scope of its own, so that combinators act on it, by its name too.
//
// The package imports actions, executor, orchestrate and the standard library, and nothing in it that reads a clock,
// the operating system, the network or randomness.
package dataflow
