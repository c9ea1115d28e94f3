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
// [Run] checks every sentence of the contract, and what must hold when many use the store at once.
//
// It imports durable/store and testify.
package storetest
