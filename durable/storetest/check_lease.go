package storetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
)

func leaseChecks() []check {
	return []check{
		{"a run that is leased is not claimed, and the end of the lease is next for others", func(k *kit) {
			r := k.leased("a")
			claim := func(owner string) store.Claimed {
				return k.claimAs(store.Claim{Owner: owner, Flows: []string{r.Flow}})
			}
			require.Empty(k, claim("owner").Runs)
			claimed := claim("other")
			require.Empty(k, claimed.Runs)
			require.True(k, r.Due.Equal(claimed.Next), "next is %v, the lease ends %v", claimed.Next, r.Due)
		}},
		{"a lease that has run out is claimed by another owner, in a new epoch", func(k *kit) {
			k.create(k.pending("a"))
			one := k.claimAs(store.Claim{Owner: "one", Lease: time.Millisecond}).Runs[0].Run
			two := k.claimSoon("two")
			require.Equal(k, store.Lease{Owner: k.id("two"), Epoch: 2, Revision: 2}, two.Lease)
			require.True(k, one.Started.Equal(two.Started))
			require.Empty(k, k.renew("one", hour))
			w := store.Write{Run: one.ID, Records: steps(1, 1), Epoch: 1}
			k.unchanged(one.ID, func() { require.ErrorIs(k, k.commit(w)[0], store.ErrFenced) })
			w.Epoch = 2
			k.write(w)
		}},
		{"a lease that has run out is claimed by its owner as well, in a new epoch", func(k *kit) {
			k.create(k.pending("a"))
			k.claimAs(store.Claim{Owner: "one", Lease: time.Millisecond})
			again := k.claimSoon("one")
			require.Equal(k, store.Lease{Owner: k.id("one"), Epoch: 2, Revision: 2}, again.Lease)
			held := k.renew("one", hour)
			require.Equal(k, []store.Held{{Run: again.ID, Epoch: 2, Revision: 2}}, held)
		}},
		{"a lease that has run out counts until somebody claims", func(k *kit) {
			k.create(k.pending("a"))
			r := k.claimAs(store.Claim{Owner: "one", Lease: time.Millisecond}).Runs[0].Run
			k.eventually("the lease runs out", func() bool { return time.Now().After(r.Due.Add(time.Millisecond)) })
			k.write(store.Write{Run: r.ID, Epoch: 1, Records: steps(1, 1)})
			k.write(stateOf(r, func(w *store.Write) { w.Release = true }))
		}},
		{"leases that have run out come in the order of their ends", func(k *kit) {
			k.create(k.pending("a"), k.pending("b"))
			for _, lease := range []time.Duration{2 * time.Millisecond, time.Millisecond} {
				k.claimAs(store.Claim{Owner: "one", Lease: lease, Max: 1})
			}
			var ends []time.Time
			k.eventually("both leases have run out", func() bool {
				runs := k.list(store.Query{Flows: []string{k.flow()}})
				ends = []time.Time{runs[0].Due, runs[1].Due}
				return time.Now().After(ends[0].Add(time.Millisecond)) && time.Now().After(ends[1].Add(time.Millisecond))
			})
			want := []string{"a", "b"}
			if ends[1].Before(ends[0]) {
				want = []string{"b", "a"}
			}
			if !ends[0].Equal(ends[1]) {
				require.Equal(k, want, k.claimedIDs(k.claim("two")))
			}
		}},
	}
}

// claimSoon claims the one run that will be due soon.
func (k *kit) claimSoon(owner string) store.Run {
	k.Helper()
	var claimed store.Claimed
	k.eventually("the run becomes due", func() bool {
		claimed = k.claim(owner)
		return len(claimed.Runs) > 0
	})
	require.Len(k, claimed.Runs, 1)
	return claimed.Runs[0].Run
}

func renewChecks() []check {
	return []check{
		{"leases last until the duration from now, longer or shorter", func(k *kit) {
			r := k.leased("a")
			for _, lease := range []time.Duration{3 * hour, 2 * hour} {
				require.Equal(k, []store.Held{{Run: r.ID, Epoch: 1, Revision: 1}}, k.renew("owner", lease))
				got := k.load(r.ID).Run
				require.WithinDuration(k, r.Due.Add(lease-hour), got.Due, time.Minute)
				r.Due = got.Due.Add(hour - lease)
				r.Started, got.Due = got.Started, r.Due
				k.equalRun(r, got)
			}
		}},
		{"a lease that is renewed to nothing runs out", func(k *kit) {
			k.create(k.pending("a"))
			k.claim("owner")
			k.renew("owner", time.Millisecond)
			require.EqualValues(k, 2, k.claimSoon("other").Epoch)
		}},
		{"all leases of an owner are renewed and told, in whatever flow", func(k *kit) {
			a, b := k.leased("a"), k.leased("b")
			k.setState(b, func(*store.Write) {})
			k.send(message(a.ID, "one", ""), message(a.ID, "two", ""))
			m := k.load(a.ID).Messages
			require.ElementsMatch(k, []store.Held{
				{Run: a.ID, Epoch: 1, Revision: 1, Messages: m[1].Seq}, {Run: b.ID, Epoch: 1, Revision: 2},
			}, k.renew("owner", hour))
			k.write(store.Write{Run: a.ID, Epoch: 1, Consumed: []int64{m[1].Seq}})
			require.Contains(k, k.renew("owner", hour), store.Held{Run: a.ID, Epoch: 1, Revision: 1, Messages: m[0].Seq})
		}},
		{"leases of others are neither renewed nor told", func(k *kit) {
			r := k.leased("a")
			k.unchanged(r.ID, func() { require.Empty(k, k.renew("other", 3*hour)) })
		}},
		{"what was released is neither renewed nor told", func(k *kit) {
			r := k.leased("a")
			k.write(stateOf(r, func(w *store.Write) {
				w.Release, w.State.Status, w.State.Due = true, store.Waiting, k.future
			}))
			k.unchanged(r.ID, func() { require.Empty(k, k.renew("owner", 3*hour)) })
		}},
		{"what has finished is neither renewed nor told", func(k *kit) {
			r := k.leased("a")
			k.write(stateOf(r, func(w *store.Write) { w.Release, w.State.Status = true, store.Completed }))
			k.unchanged(r.ID, func() { require.Empty(k, k.renew("owner", 3*hour)) })
		}},
		{"a lease that has run out is renewed, if nobody claimed the run", func(k *kit) {
			k.create(k.pending("a"))
			r := k.claimAs(store.Claim{Owner: "one", Lease: time.Millisecond}).Runs[0].Run
			k.eventually("the lease runs out", func() bool { return time.Now().After(r.Due.Add(time.Millisecond)) })
			require.Equal(k, []store.Held{{Run: r.ID, Epoch: 1, Revision: 1}}, k.renew("one", hour))
			require.Empty(k, k.claim("two").Runs)
			k.write(store.Write{Run: r.ID, Epoch: 1, Records: steps(1, 1)})
		}},
	}
}
