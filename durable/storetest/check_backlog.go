package storetest

import (
	"strconv"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
)

func backlogChecks() []check {
	return []check{
		{"a backlog counts the runs of a queue that are due and have no lease, and knows the oldest", func(k *kit) {
			k.createQueued("one/a", "one/b", "two/", "one/c/other", "one/d")
			urgent := k.queued("one/urgent")
			urgent.Flow, urgent.Priority, urgent.Due = k.id("other flow"), 3, k.past.Add(-time.Minute)
			later := k.queued("one/later")
			later.Due = k.future
			over := k.queued("one/over")
			over.Status = store.Completed
			waits := k.queued("one/waits")
			waits.State = store.State{Status: store.Waiting}
			leased := k.queued("three/leased")
			leased.Flow = k.id("third flow")
			k.create(urgent, later, over, waits, leased)
			require.Len(k, k.claimAs(store.Claim{Owner: "owner", Flows: []string{leased.Flow}}).Runs, 1)
			one := store.Backlog{Queue: k.id("one"), Runs: 5, Oldest: urgent.Due}
			two := store.Backlog{Queue: k.id("two"), Runs: 1, Oldest: k.past.Add(2 * time.Second)}
			k.equalBacklogs([]store.Backlog{one, two}, k.backlogs(0, "two", "one", "three", "four"))
			k.equalBacklogs([]store.Backlog{two}, k.backlogs(0, "two"))
			k.equalBacklogs(nil, k.backlogs(0, "three"))
			k.send(message(waits.ID, "wakes it up", ""))
			one.Runs++
			k.equalBacklogs([]store.Backlog{one}, k.backlogs(0, "one"))
		}},
		{"a backlog is counted up to a bound", func(k *kit) {
			for i := range 7 {
				r := k.queued("one//" + strconv.Itoa(i))
				r.Priority, r.Flow = i%2, k.id(strconv.Itoa(i%3))
				k.create(r)
			}
			for most, want := range map[int]int64{1: 1, 6: 6, 7: 7, 100: 7} {
				k.equalBacklogs([]store.Backlog{{Queue: k.id("one"), Runs: want, Oldest: k.past}}, k.backlogs(most, "one"))
			}
		}},
		{"without a name all queues are measured in which something waits, also the one without", func(k *kit) {
			k.createQueued("one/a", "//")
			var mine []string
			last := ""
			for i, b := range k.backlogsOf(0, nil) {
				require.True(k, i == 0 || b.Queue > last, "they come in the order of their names")
				last = b.Queue
				if b.Queue == "" || b.Queue == k.id("one") {
					mine = append(mine, b.Queue)
				}
			}
			require.Equal(k, []string{"", k.id("one")}, mine)
		}},
	}
}

// backlogs measures queues of the check's own.
func (k *kit) backlogs(most int, queues ...string) []store.Backlog {
	k.Helper()
	for i := range queues {
		queues[i] = k.id(queues[i])
	}
	return k.backlogsOf(most, queues)
}

// backlogsOf measures queues. It skips the check if the store is no Gauge.
func (k *kit) backlogsOf(most int, queues []string) []store.Backlog {
	k.Helper()
	gauge, ok := k.store.(store.Gauge)
	if !ok {
		k.Skip("the store is no Gauge")
	}
	all, err := gauge.Backlogs(k.Context(), queues, most)
	require.NoError(k, err)
	return all
}

func (k *kit) equalBacklogs(want, got []store.Backlog) {
	k.Helper()
	require.Len(k, got, len(want))
	for i := range want {
		want[i].Oldest, got[i].Oldest = plainTime(want[i].Oldest), plainTime(got[i].Oldest)
		require.Equal(k, want[i], got[i])
	}
}
