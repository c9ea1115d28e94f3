package whole

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/shares"
)

// Due returns which of the runs a claim takes, in order, and when the first of those that it leaves becomes due. It
// looks at all of them, of whatever flow and queue: their leases count.
func Due(runs iter.Seq[*Run], c store.Claim, now time.Time) (due []*Run, next time.Time) {
	leased := map[shares.Slot]int{}
	var found []shares.Due[*Run]
	for r := range runs {
		slot := shares.Slot{Queue: r.Run.Queue, Key: r.Run.Key}
		later := r.Run.Due.After(now)
		if later && r.Run.Owner != "" {
			leased[slot]++
		}
		switch {
		case r.Run.Due.IsZero() || r.Run.Status.Finished() || !wanted(r, c):
		case !later:
			found = append(found, shares.Due[*Run]{
				Slot: slot, Priority: int64(r.Run.Priority), At: r.Run.Due.UnixMicro(), Run: r,
			})
		case r.Run.Owner != c.Owner && (next.IsZero() || r.Run.Due.Before(next)):
			next = r.Run.Due
		}
	}
	due, left := shares.Choose(c, leased, found)
	if left {
		return due, now
	}
	return due, next
}

// wanted tells whether the run is of the flows and the queues of a claim.
func wanted(r *Run, c store.Claim) bool {
	return slices.Contains(c.Flows, r.Run.Flow) && (len(c.Queues) == 0 ||
		slices.ContainsFunc(c.Queues, func(q store.Share) bool { return q.Queue == r.Run.Queue }))
}

// Find returns the runs that a query describes, in order and at most its limit. It looks at all of them.
func Find(runs iter.Seq[*Run], q store.Query) []*Run {
	compare := func(a, b *store.Run) int {
		order := cmp.Or(a.Created.Compare(b.Created), strings.Compare(a.ID, b.ID))
		if q.Newest {
			return -order
		}
		return order
	}
	after := &store.Run{ID: q.After.ID, Created: q.After.Created}
	var found []*Run
	for r := range runs {
		if Matches(&r.Run, q) && (q.After == store.Cursor{} || compare(&r.Run, after) > 0) {
			found = append(found, r)
		}
	}
	slices.SortFunc(found, func(a, b *Run) int { return compare(&a.Run, &b.Run) })
	return found[:min(len(found), cmp.Or(q.Limit, store.DefaultLimit))]
}

// Matches tells whether a run meets the conditions of a query; its After, Newest and Limit do not count.
func Matches(r *store.Run, q store.Query) bool {
	for name, value := range q.Labels {
		if found, ok := r.Labels[name]; !ok || found != value {
			return false
		}
	}
	return (len(q.IDs) == 0 || slices.Contains(q.IDs, r.ID)) &&
		(len(q.Statuses) == 0 || slices.Contains(q.Statuses, r.Status)) &&
		(len(q.Flows) == 0 || slices.Contains(q.Flows, r.Flow)) &&
		(len(q.Queues) == 0 || slices.Contains(q.Queues, r.Queue)) &&
		(q.Parent == "" || r.Parent == q.Parent) &&
		(q.Expired.IsZero() || !r.Expires.IsZero() && !r.Expires.After(q.Expired))
}
