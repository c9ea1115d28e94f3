package storetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
)

func claimChecks() []check {
	return []check{
		{"a claim sets the owner, epoch, revision, status, due and started, and nothing else", func(k *kit) {
			r := k.fullRun("a")
			r.Started = time.Time{}
			k.create(r)
			claimed := k.claim("owner")
			require.Len(k, claimed.Runs, 1)
			got := claimed.Runs[0].Run
			require.WithinDuration(k, time.Now(), got.Started, hour/2)
			require.WithinDuration(k, got.Started.Add(hour), got.Due, time.Minute)
			r.Owner, r.Epoch, r.Revision = k.id("owner"), 1, 1
			r.Status, r.Due, r.Started = store.Running, got.Due, got.Started
			k.equalRun(r, got)
			k.equalRun(r, k.load(r.ID).Run)
		}},
		{"a run that was started before keeps when", func(k *kit) {
			r := k.pending("a")
			r.Started = k.moment(1)
			k.create(r)
			k.equalRun(k.claim("owner").Runs[0].Run, k.load(r.ID).Run)
			require.True(k, k.load(r.ID).Run.Started.Equal(r.Started))
		}},
		{"a claimed run comes with its log and its inbox", func(k *kit) {
			r := k.leased("a")
			k.send(k.fullMessage(r.ID), message(r.ID, "second", ""))
			w := stateOf(r, func(w *store.Write) { w.Release, w.State.Due = true, k.past })
			w.Records = []store.Record{k.fullRecord(1, 1), step(2, 1)}
			k.write(w)
			claimed := k.claimAs(store.Claim{Owner: "other", Flows: []string{r.Flow}})
			require.Len(k, claimed.Runs, 1)
			require.Len(k, claimed.Runs[0].Records, 2)
			require.Len(k, claimed.Runs[0].Messages, 2)
			k.equalHistory(k.load(r.ID), claimed.Runs[0])
		}},
		{"runs that are due are claimed whatever their status, unless it is final", func(k *kit) {
			for s := store.Pending; s <= store.Paused; s++ {
				r := k.in(s, s.String())
				r.Due = k.past
				k.create(r)
			}
			claimed := k.claim("owner")
			require.ElementsMatch(k, []string{"pending", "running", "waiting", "blocked", "paused"}, k.claimedIDs(claimed))
			require.Zero(k, claimed.Next)
		}},
		{"a run without a due time is not claimed, nor one that is due later", func(k *kit) {
			later, latest := k.pending("later"), k.pending("latest")
			later.Due, latest.Due = k.future, k.future.Add(hour)
			k.create(k.in(store.Pending, "never"), latest, later)
			claimed := k.claim("owner")
			require.Empty(k, claimed.Runs)
			require.True(k, later.Due.Equal(claimed.Next), "next is %v", claimed.Next)
		}},
		{"the next time is zero if no run is left", func(k *kit) {
			k.create(k.pending("a"), k.in(store.Waiting, "b"), k.in(store.Completed, "c"))
			other := k.pending("d")
			other.Flow, other.Due = k.id("other flow"), k.future
			k.create(other)
			claimed := k.claim("owner")
			require.Equal(k, []string{"a"}, k.claimedIDs(claimed))
			require.Zero(k, claimed.Next)
			require.Zero(k, k.claim("owner").Next, "the owner's own leases do not count")
		}},
		{"the highest priority comes first, then the earliest due", func(k *kit) {
			add := func(name, flow string, priority int, due time.Duration) {
				r := k.pending(name)
				r.Flow, r.Priority, r.Due = k.id(flow), priority, k.past.Add(due)
				k.create(r)
			}
			add("sixth", "one", -1, -2*hour)
			add("third", "two", 0, time.Microsecond)
			add("second", "one", 0, 0)
			add("first", "two", 5, time.Second)
			add("fifth", "one", 0, 2*time.Second)
			add("fourth", "one", 0, time.Second)
			for _, want := range [][]string{{"first"}, {"second", "third"}, {"fourth", "fifth", "sixth"}, {}} {
				claimed := k.claimAs(store.Claim{
					Owner: "owner", Max: max(1, len(want)), Flows: []string{k.id("one"), k.id("two")},
				})
				require.Equal(k, want, k.claimedIDs(claimed))
			}
		}},
		{"no more than the maximum are claimed, and the others are due at once", func(k *kit) {
			k.create(k.pending("a"), k.pending("b"), k.pending("c"))
			claimed := k.claimAs(store.Claim{Owner: "owner", Max: 2})
			require.Len(k, claimed.Runs, 2)
			require.False(k, claimed.Next.IsZero())
			require.True(k, claimed.Next.Before(k.future))
			claimed = k.claimAs(store.Claim{Owner: "owner", Max: 1})
			require.Len(k, claimed.Runs, 1)
			require.Zero(k, claimed.Next)
		}},
		{"only runs of the given flows are claimed", func(k *kit) {
			flows := []string{k.id("one"), k.id("two"), k.id("three")}
			for i, flow := range flows {
				r := k.pending(flow[len(k.prefix):])
				r.Flow = flow
				r.Due = k.past.Add(time.Duration(i) * time.Second)
				k.create(r)
			}
			require.Empty(k, k.claimAs(store.Claim{Owner: "owner", Flows: []string{}}).Runs)
			require.Empty(k, k.claimAs(store.Claim{Owner: "owner", Flows: []string{k.id("no such flow")}}).Runs)
			claimed := k.claimAs(store.Claim{Owner: "owner", Flows: []string{flows[2], flows[0], flows[2]}})
			require.Equal(k, []string{"one", "three"}, k.claimedIDs(claimed))
			require.Zero(k, claimed.Next)
		}},
	}
}
