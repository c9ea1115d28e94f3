// Package bench compares Baton, side by side in one run, with what people would use instead: hand-written loops,
// goroutines with channels, errgroup, conc, failsafe-go, gobreaker and backoff. It is a module of its own, so that the
// peers are nobody's dependencies. `make bench` prints the tables that docs/performance.md keeps.
//
// Durable runs are measured beside their floors in cmd/durable and cmd/million, and beside other engines in the module
// bench/peers, which is not in go.work.
package bench
