// Package memory keeps runs in memory, for tests, for scripts, and for programs whose runs may end with them:
//
//	st := memory.New()
//	defer st.Close()
//
// Nothing survives the process. Otherwise it does everything that a store promises, and quickly: a write costs what it
// holds, a claim what it claims, however many runs there are. It is also what the other stores are compared with.
//
// Byte slices and maps are copied on their way in and on their way out, so callers may go on using theirs. Strings are
// shared. Times are kept to the microsecond, as in a database, and come back in UTC. The clock is time.Now, so leases
// and timers pass as they should in a testing/synctest bubble.
//
// It imports durable/store and the standard library.
package memory
