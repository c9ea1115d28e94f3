// Package durabletest tests durable flows, and what carries them out.
//
//   - [Explore] runs a test under every way the world can treat a run: a death of the process before and after every
//     write, every fault, shutdowns, events early and late.
//   - [Replay] and [ReplayAll] check that the code of today fits the histories of production, which [Keep] writes into
//     files.
//   - [Cassette] makes of a history a test that needs no executors.
//   - [Crash] kills a process at random moments and checks, as a witness from outside, that nothing is lost and nothing
//     is done twice: for a store of one's own as well.
//
// A test says what must hold, whatever happens:
//
//	durabletest.Explore(t, durabletest.Bounds{}, func(s *durabletest.Schedule) {
//		bank := newBank()
//		_, err := durabletest.Run(s, orchestrate.Bind(transfer, order), bank.mux())
//		require.Equal(s, 100, bank.total(), "no money is made or lost: %v", err)
//	})
//
// It imports the durable packages, the test kit and testify.
package durabletest
