package storetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
)

func countChecks() []check {
	return []check{
		{"runs are counted by status", func(k *kit) {
			k.createForQueries()
			flows := []string{k.id("one"), k.id("two")}
			for _, c := range []struct {
				q    store.Query
				want map[store.Status]int64
			}{
				{store.Query{Flows: flows}, map[store.Status]int64{
					store.Pending: 1, store.Waiting: 1, store.Completed: 1, store.Failed: 2,
				}},
				{
					store.Query{Flows: flows, After: store.Cursor{Created: k.future, ID: "z"}, Newest: true, Limit: 1},
					map[store.Status]int64{store.Pending: 1, store.Waiting: 1, store.Completed: 1, store.Failed: 2},
				},
				{store.Query{Flows: flows[1:]}, map[store.Status]int64{store.Failed: 2}},
				{store.Query{Parent: k.id("parent")}, map[store.Status]int64{
					store.Waiting: 1, store.Completed: 1, store.Failed: 1,
				}},
				{store.Query{IDs: []string{k.id("a"), k.id("a")}}, map[store.Status]int64{store.Pending: 1}},
				{store.Query{Flows: flows, Expired: k.past}, map[store.Status]int64{store.Completed: 1, store.Failed: 1}},
				{
					store.Query{Labels: map[string]string{"check": k.prefix}},
					map[store.Status]int64{store.Pending: 1, store.Waiting: 1},
				},
				{
					store.Query{Flows: flows, Statuses: []store.Status{store.Failed, store.Blocked}},
					map[store.Status]int64{store.Failed: 2},
				},
				{store.Query{Flows: []string{k.id("none")}}, map[store.Status]int64{}},
				{store.Query{Queues: []string{k.id("queue")}}, map[store.Status]int64{store.Waiting: 1, store.Failed: 1}},
				{store.Query{Queues: []string{""}, Flows: flows[1:]}, map[store.Status]int64{store.Failed: 1}},
			} {
				got := map[store.Status]int64{}
				for s, n := range k.count(c.q) {
					if n.Runs > 0 {
						got[s] = n.Runs
					}
					require.Zero(k, n.Took)
				}
				require.Equal(k, c.want, got, "%+v", c.q)
			}
		}},
		{"the time that runs took is the sum of those that have started and finished", func(k *kit) {
			add := func(name string, s store.Status, started, finished time.Time) {
				r := k.in(s, name)
				r.Started, r.Finished = started, finished
				k.create(r)
			}
			add("a", store.Completed, k.past, k.past.Add(time.Second))
			add("b", store.Completed, k.past, k.past.Add(2*hour+time.Microsecond))
			add("c", store.Completed, time.Time{}, k.past)
			add("d", store.Running, k.past, time.Time{})
			counts := k.count(store.Query{Flows: []string{k.flow()}})
			require.Equal(k, map[store.Status]store.Count{
				store.Completed: {Runs: 3, Took: 2*hour + time.Second + time.Microsecond}, store.Running: {Runs: 1},
			}, counts)
		}},
	}
}

// count counts runs. It skips the check if the store is no Counter.
func (k *kit) count(q store.Query) map[store.Status]store.Count {
	k.Helper()
	counter, ok := k.store.(store.Counter)
	if !ok {
		k.Skip("the store is no Counter")
	}
	counts, err := counter.Count(k.Context(), q)
	require.NoError(k, err)
	return counts
}
