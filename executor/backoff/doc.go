// Package backoff holds what retries have in common: schedules of waiting, and what an error says about trying again.
//
// A [Schedule] is a pure value. It reads no clock and keeps no state, so the same one serves combinators.Retried, where
// it is walked by the machine's clock, and orchestrate.Retry, where it is walked by yielded sleeps:
//
//	schedule := backoff.Exponential(100*time.Millisecond, 2).Cap(10 * time.Second).FullJitter().UpTo(5)
//
// The package imports executor and the standard library only.
package backoff
