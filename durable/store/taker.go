package store

import (
	"context"
	"time"
)

// Taker is a store for several processes that leases a blocked run to one of them in particular. While a deploy is
// under way a run that one version of the code has blocked is tried by the other; made due for all instead, it would
// mostly be claimed by those that have refused it. A store without this is used like that all the same.
type Taker interface {
	// Take leases those of the runs to the owner that are [Blocked], as [Store.Claim] does with those that are due, and
	// returns their histories. It passes over the others, and may pass over any that somebody else is at. Called again,
	// it does not return those that it has leased. It does not keep to the limits of a [Share].
	Take(ctx context.Context, owner string, lease time.Duration, runs []string) ([]History, error)
}
