// Package shares chooses which of the runs that are due a claim takes: what [store.Claim] and [store.Share] say of
// order and limits, for stores that find the runs and count the leases themselves.
//
//	chosen, left := shares.Choose(claim, leased, due)
//
// It imports durable/store and the standard library.
package shares
