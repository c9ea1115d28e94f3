// Package runstest is what the tests of stores have in common: runs and what is done with them, a book that is printed
// while the store is in trouble, and processes of a test's own.
//
//	run := runstest.Leased(t, s, "r")[0]
//	runstest.Commit(t, s, runstest.Step(run, 1))
//	require.Equal(t, []int64{1}, runstest.Numbers(t, s, "r"))
//
// What a store promises is the business of durable/storetest.
//
// It imports durable, what is below it, testify and goleak.
package runstest
