package storetest

import (
	"time"

	"pgregory.net/rapid"

	"github.com/baton-go/baton/durable/store"
)

// op is a random call, as small numbers: what they stand for depends on where the store stands when it is made.
type op struct {
	Method string
	Items  []item
	// Owner, Lease, Max and Flows are those of a Claim or a Renew.
	Owner, Lease, Max, Flows int
	// Shares are those of a Claim; there may be none.
	Shares []share
	// Mark is that of a Load.
	Mark  store.Mark
	Query query
}

// item is a run to create, a write to make, a message to send, or a run to load or to delete.
type item struct {
	Run    int
	Flow   int
	Status store.Status
	Due    int
	// Epoch and Revision are the right ones, or 0, or wrong.
	Epoch, Revision right
	// State, Release, Restart, Publish say what a write does besides. Records are the numbers of its records, Consume the
	// places in the inbox of what it consumes, Seen the place of what was seen, Send the runs to which it sends.
	State, Release, Restart, Publish bool
	Records, Consume                 []int64
	Seen                             int
	Send                             []int
	Key, Queue                       int
}

// share is the share of a queue; the last one has no name.
type share struct{ Queue, Max, Total, PerKey, After int }

type query struct {
	IDs, Statuses, Flows   []int
	Queues                 []int
	Parent, Label, Expired bool
	Newest                 bool
	Limit                  int
}

// right says whether what is expected of a run is so.
type right uint8

const (
	isRight right = iota
	isZero
	isWrong
)

const (
	differRuns   = 4
	differFlows  = 2
	differOwners = 2
	differQueues = 2 // and the one without a name
)

// statuses are those that random runs get, the more usual ones more often.
func statuses() []store.Status {
	return []store.Status{
		store.Pending, store.Running, store.Waiting, store.Waiting, store.Waiting, store.Completed, store.Failed,
		store.Cancelled, store.Blocked, store.Paused,
	}
}

func genItem() *rapid.Generator[item] {
	rights := rapid.SampledFrom([]right{isRight, isRight, isRight, isRight, isRight, isRight, isZero, isWrong})
	return rapid.Custom(func(t *rapid.T) item {
		numbers := rapid.SliceOfN(rapid.Int64Range(0, 6), 0, 3)
		return item{
			Run: rapid.IntRange(0, differRuns).Draw(t, "run"), Flow: rapid.IntRange(0, differFlows-1).Draw(t, "flow"),
			Status: rapid.SampledFrom(statuses()).Draw(t, "status"), Due: rapid.IntRange(-2, 1).Draw(t, "due"),
			Epoch: rights.Draw(t, "epoch"), Revision: rights.Draw(t, "revision"),
			State: rapid.Bool().Draw(t, "state"), Release: rapid.Bool().Draw(t, "release"),
			Restart: rapid.Bool().Draw(t, "restart"), Publish: rapid.Bool().Draw(t, "publish"),
			Records: numbers.Draw(t, "records"),
			Consume: rapid.SliceOfN(rapid.Int64Range(1, 3), 0, 2).Draw(t, "consume"),
			Seen:    rapid.IntRange(0, 3).Draw(t, "seen"),
			Send:    rapid.SliceOfN(rapid.IntRange(0, differRuns), 0, 2).Draw(t, "send"),
			Key:     rapid.IntRange(0, 4).Draw(t, "key"),
			Queue:   rapid.IntRange(0, differQueues).Draw(t, "queue"),
		}
	})
}

func genShare() *rapid.Generator[share] {
	limit := rapid.SampledFrom([]int{0, 0, 1, 2})
	return rapid.Custom(func(t *rapid.T) share {
		return share{
			Queue: rapid.IntRange(0, differQueues).Draw(t, "queue"), Max: limit.Draw(t, "most"),
			Total: limit.Draw(t, "total"), PerKey: limit.Draw(t, "per key"),
			After: limit.Draw(t, "after"),
		}
	})
}

func genQuery() *rapid.Generator[query] {
	return rapid.Custom(func(t *rapid.T) query {
		some := rapid.SliceOfN(rapid.IntRange(0, differRuns), 0, 3)
		seldom := rapid.SampledFrom([]bool{true, false, false, false})
		return query{
			IDs: some.Draw(t, "ids"), Statuses: some.Draw(t, "statuses"), Flows: some.Draw(t, "flows"),
			Queues: rapid.SliceOfN(rapid.IntRange(0, differQueues), 0, 1).Draw(t, "queues"),
			Parent: seldom.Draw(t, "parent"), Label: seldom.Draw(t, "label"), Expired: seldom.Draw(t, "expired"),
			Newest: rapid.Bool().Draw(t, "newest"), Limit: rapid.IntRange(1, 5).Draw(t, "limit"),
		}
	})
}

func genOps(n int) *rapid.Generator[[]op] {
	methods := rapid.SampledFrom([]string{
		"Create", "Create", "Claim", "Claim", "Claim", "Renew", "Commit", "Commit", "Commit", "Commit", "Commit", "Send",
		"Send", "Send", "Send", "Load", "List", "Count", "Delete",
	})
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) op {
		return op{
			Method: methods.Draw(t, "method"), Items: rapid.SliceOfN(genItem(), 1, 3).Draw(t, "items"),
			Owner: rapid.IntRange(0, differOwners-1).Draw(t, "owner"), Lease: rapid.IntRange(-1, 2).Draw(t, "lease"),
			Max: rapid.IntRange(1, 4).Draw(t, "max"), Flows: rapid.IntRange(1, 3).Draw(t, "flows"),
			Shares: rapid.SliceOfNDistinct(genShare(), 0, differQueues+1, func(s share) int { return s.Queue }).
				Draw(t, "shares"),
			Mark: store.Mark{
				Records:  rapid.Int64Range(0, 7).Draw(t, "from record"),
				Messages: rapid.Int64Range(0, 3).Draw(t, "from message"),
			},
			Query: genQuery().Draw(t, "query"),
		}
	}), n, n)
}

// leaseOf makes one time out of four a lease that runs out at once, and otherwise one that does not run out.
func leaseOf(lease int) time.Duration { return hour * time.Duration(min(max(lease, 0), 1)) }
