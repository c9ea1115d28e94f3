// Package store is the contract between the durable runtime and what keeps its runs: a [Store] of eight methods, and
// the plain data that goes through it. Users open a store and hand it to the runtime; they call nothing here.
//
//	st, err := sqlite.Open(ctx, "baton.db")
//
// A store keeps runs. Each is a row, with the facts that never change, a [State] that does, and a lease; a log of
// [Record]s, which only the holder of the lease appends to; and an inbox of [Message]s, which anybody sends. Everything
// clever is done above, once; a store does what its methods say, atomically, and knows nothing of orchestrations.
// Package durable/storetest checks any implementation.
//
// It imports the standard library only.
package store
