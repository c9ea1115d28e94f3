// Package storetest checks anybody's store against the contract of durable/store. A store of yours joins in a few
// lines:
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) store.Store {
//			s, err := mystore.Open(t.TempDir())
//			require.NoError(t, err)
//			t.Cleanup(func() { s.Close() })
//			return s
//		})
//	}
//
// [Run] checks every sentence of the contract; what must hold when many use the store at once; that what many clients
// see, while calls fail, can be explained by one call after the other; and that random calls do what they do in
// durable/store/memory. [NewFaulty] makes a store that fails as stores do, to test what stands on it. [Bench] measures
// a store.
//
// It imports durable/store and durable/store/memory, testify, porcupine and rapid.
package storetest
