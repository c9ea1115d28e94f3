// Package fact holds what a durable runtime tells of what happens, one struct per fact: that a run has come to another
// status, that a lease was lost, that the store fails. Each is a combinators.Event, told to the sinks of
// durable.Config.Observe, which are told of the actions of the runs, too:
//
//	switch e := e.(type) {
//	case *fact.Changed:
//		log.Print(e.Run.ID, " is ", e.Status)
//	case *fact.StoreFailed:
//		log.Print(e.Operation, ": ", e.Err)
//	}
//
// A fact is told after it has come true, once by whoever made it so: of a write whose answer was lost, nobody may be
// told. It is told on the goroutine that made it so, which goes on once the sinks have returned.
//
// It imports combinators and durable/store.
package fact
