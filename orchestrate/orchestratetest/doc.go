// Package orchestratetest is for tests of orchestrations.
//
// The first test needs nothing of it: an orchestration is a function of a yield, and a yield is a function, so a test
// calls the one with the other.
//
// [ByHand] lets a hand-written function answer flows with groups in them. [Record] writes down what was done, as a
// [Trace].
//
// The package imports actions, executor, orchestrate, internal/show, internal/turns and the standard library.
package orchestratetest
