// Package combinators holds the layers that production needs around an executor: what carries out groups, policies, and
// observers. A [Combinator] is a function from executor to executor, so layers compose:
//
//	exec := combinators.Chain(
//		combinators.Parallelize(),
//		executor.System,
//		combinators.Logged(combinators.Log{Logger: logger}),
//		combinators.Retried(combinators.Retry{MaxAttempts: 3}),
//		combinators.Timed(2*time.Second),
//	)(mux)
//
// The order means something; docs/combinators.md has a table of it. What outlives a call, such as a breaker's circuit
// or a semaphore, is a value of its own that the caller makes, can look into, and can share between executors.
//
// All of them are safe for concurrent use, give back what they took when what they wrap panics or exits its goroutine,
// and take time from time.Now, so that testing/synctest drives them.
package combinators
