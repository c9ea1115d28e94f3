// Package actions holds what an orchestration can ask for, as plain data, and the shape of the function it asks
// through.
//
// A struct becomes an action by embedding [Returns] with the type of its result:
//
//	type Fetch struct {
//		actions.Returns[[]string]
//		Container string
//		Items     int
//	}
//
// An action does nothing by itself. An orchestration hands it to its [Yield]; an executor (package executor) carries
// it out and the result comes back where it was yielded.
//
// The package imports the standard library only, and nothing in it that reads a clock, the operating system, the
// network or randomness.
package actions
