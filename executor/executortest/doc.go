// Package executortest is the test kit of executors: hosts that carry out groups otherwise than on goroutines, to show
// that an orchestration does not depend on them.
//
// The package imports actions, executor and the standard library only.
package executortest
