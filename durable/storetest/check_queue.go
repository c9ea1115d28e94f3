package storetest

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
)

// queued makes a run that is due, in a queue. Its name is the queue and the key, such as "mail/ada", and whatever comes
// after another slash.
func (k *kit) queued(name string) store.Run {
	r := k.pending(name)
	parts := strings.SplitN(name, "/", 3)
	if parts[0] != "" {
		r.Queue, r.Key = k.id(parts[0]), parts[1]
	}
	return r
}

// createQueued creates such runs, each of which became due a second after the one before.
func (k *kit) createQueued(names ...string) {
	k.Helper()
	for i, name := range names {
		r := k.queued(name)
		r.Due = k.past.Add(time.Duration(i) * time.Second)
		k.create(r)
	}
}

// claimShares claims from queues, and returns the names of the runs.
func (k *kit) claimShares(owner string, shares ...store.Share) (ids []string, next time.Time) {
	k.Helper()
	claimed := k.claimAs(store.Claim{Owner: owner, Queues: k.ownShares(shares)})
	return k.claimedIDs(claimed), claimed.Next
}

// ownShares are shares of the check's own queues.
func (k *kit) ownShares(shares []store.Share) []store.Share {
	own := make([]store.Share, len(shares))
	for i, s := range shares {
		if own[i] = s; s.Queue != "" {
			own[i].Queue = k.id(s.Queue)
		}
	}
	return own
}

func queueChecks() []check {
	return []check{
		{"runs are claimed from the queues that are named, the one without a name among them", func(k *kit) {
			k.createQueued("one/a", "two/", "//", "one/b")
			none := func(ids []string, next time.Time) {
				require.Empty(k, ids)
				require.Zero(k, next)
			}
			none(k.claimShares("owner", store.Share{Queue: "three"}))
			ids, next := k.claimShares("owner", store.Share{Queue: "three"}, store.Share{Queue: "one"})
			require.Equal(k, []string{"one/a", "one/b"}, ids)
			require.Zero(k, next)
			ids, next = k.claimShares("owner", store.Share{})
			require.Equal(k, []string{"//"}, ids)
			require.Zero(k, next)
			require.Equal(k, []string{"two/"}, k.claimedIDs(k.claim("owner")), "without queues all are meant")
		}},
		{"what is next is next in the queues that are named", func(k *kit) {
			for i, name := range []string{"one/", "two/", "//"} {
				r := k.queued(name)
				r.Due = k.future.Add(time.Duration(i) * time.Minute)
				k.create(r)
			}
			k.createQueued("four/")
			_, _ = k.claimShares("other", store.Share{Queue: "four"})
			lease := k.load(k.id("four/")).Run.Due
			for queue, want := range map[string]time.Time{
				"one": k.future, "two": k.future.Add(time.Minute), "": k.future.Add(2 * time.Minute),
				"three": {}, "four": lease,
			} {
				ids, next := k.claimShares("owner", store.Share{Queue: queue})
				require.Empty(k, ids)
				require.True(k, next.Equal(want), "next of %q is %v", queue, next)
			}
		}},
		{"queues and keys are compared byte by byte", func(k *kit) {
			names := []string{"a", "A", "a ", "\u00e4", "a\u0308", "a\x00", "%", "_", "\xff"}
			for _, name := range names {
				r := k.pending(name)
				r.Queue, r.Key, r.Flow = k.id("q"), name, k.id(name)
				other := k.pending("in " + name)
				other.Queue, other.Flow = k.id(name), k.id(name)
				k.create(r, other)
			}
			for _, name := range names {
				claimed := k.claimAs(store.Claim{
					Owner: "owner", Flows: []string{k.id(name)}, Queues: k.ownShares([]store.Share{{Queue: "q", PerKey: 1}}),
				})
				require.Equal(k, []string{name}, k.claimedIDs(claimed))
				claimed = k.claimAs(store.Claim{
					Owner: "owner", Flows: []string{k.id(name)}, Queues: k.ownShares([]store.Share{{Queue: name}}),
				})
				require.Equal(k, []string{"in " + name}, k.claimedIDs(claimed))
				q := store.Query{Queues: []string{k.id(name)}}
				require.Equal(k, []string{"in " + name}, k.ids(k.list(q)))
			}
		}},
		{"no more than a queue's maximum are claimed of it, and the others are due at once", func(k *kit) {
			k.createQueued("one/", "one/a", "two/", "one/b", "two/a")
			ids, next := k.claimShares("owner", store.Share{Queue: "one", Max: 2}, store.Share{Queue: "two"})
			require.Equal(k, []string{"one/", "one/a", "two/", "two/a"}, ids)
			require.False(k, next.IsZero())
			require.True(k, next.Before(k.future))
			ids, next = k.claimShares("owner", store.Share{Queue: "one", Max: 2})
			require.Equal(k, []string{"one/b"}, ids)
			require.Zero(k, next)
		}},
		{"the highest priority comes first, then the earliest, from whichever queue", func(k *kit) {
			for i, name := range []string{"one//3", "two//4", "two//1", "//2", "one//5"} {
				r := k.queued(name)
				r.Due = k.past.Add(time.Duration(i) * time.Second)
				r.Priority = []int{0, 0, 7, 5, -1}[i]
				k.create(r)
			}
			all := []store.Share{{Queue: "two"}, {Queue: "one", Total: 9}, {}}
			claimed := k.claimAs(store.Claim{Owner: "owner", Max: 3, Queues: k.ownShares(all)})
			require.Equal(k, []string{"two//1", "//2", "one//3"}, k.claimedIDs(claimed))
			require.False(k, claimed.Next.IsZero())
			ids, _ := k.claimShares("owner", all...)
			require.Equal(k, []string{"two//4", "one//5"}, ids)
		}},
		{"a total bounds the leases of a queue, whoever has them, in whatever flow", func(k *kit) {
			elsewhere := k.queued("one//other flow")
			elsewhere.Flow = k.id("other flow")
			k.create(elsewhere)
			require.Len(k, k.claimAs(store.Claim{Owner: "other", Flows: []string{elsewhere.Flow}}).Runs, 1)
			k.createQueued("one/a", "one/b", "one/c", "two/")
			limit := store.Share{Queue: "one", Total: 3}
			ids, next := k.claimShares("owner", limit)
			require.Equal(k, []string{"one/a", "one/b"}, ids)
			require.Zero(k, next, "what the total holds back is not next")
			ids, _ = k.claimShares("another", limit)
			require.Empty(k, ids)
			ids, _ = k.claimShares("another", store.Share{Queue: "one", Total: 4}, store.Share{Queue: "two", Total: 1})
			require.Equal(k, []string{"one/c", "two/"}, ids)
		}},
		{"what is due later is next, also in a queue that has no room", func(k *kit) {
			k.createQueued("one/a", "one/b")
			later := k.queued("one/c")
			later.Due = k.future
			k.create(later)
			ids, next := k.claimShares("owner", store.Share{Queue: "one", PerKey: 1, Total: 1})
			require.Equal(k, []string{"one/a"}, ids)
			require.True(k, later.Due.Equal(next), "next is %v", next)
		}},
		{"a queue has room again when a lease ends", func(k *kit) { k.freeing(store.Share{Queue: "one", Total: 1}) }},
		{"a key has room again when a lease ends", func(k *kit) { k.freeing(store.Share{Queue: "one", PerKey: 1}) }},
		{"a limit for each key bounds the leases of that key, and nothing else", func(k *kit) {
			k.createQueued("one/a/1", "one/a/2", "one/a/3", "one//1", "one//2", "one//3", "two/a", "one/b")
			limit := store.Share{Queue: "one", PerKey: 2}
			ids, next := k.claimShares("owner", limit)
			require.ElementsMatch(k, []string{"one/a/1", "one/a/2", "one//1", "one//2", "one/b"}, ids)
			require.Zero(k, next, "what the limit holds back is not next")
			ids, _ = k.claimShares("other", limit, store.Share{Queue: "two", PerKey: 1})
			require.Equal(k, []string{"two/a"}, ids)
			limit.PerKey++
			ids, _ = k.claimShares("other", limit)
			require.Equal(k, []string{"one/a/3", "one//3"}, ids)
		}},
		{"the key of which the fewest are leased comes first, whatever its runs waited", func(k *kit) {
			var names []string
			for i := range 40 {
				names = append(names, "one/a/"+strconv.Itoa(i))
			}
			k.createQueued(append(names, "one/b/1", "one/b/2", "one/c/1")...)
			urgent := k.queued("one/a/urgent")
			urgent.Priority = 1
			k.create(urgent)
			limit := k.ownShares([]store.Share{{Queue: "one", PerKey: 1000}})
			claim := func(most int, want ...string) {
				k.Helper()
				claimed := k.claimAs(store.Claim{Owner: "owner", Max: most, Queues: limit})
				require.Equal(k, want, k.claimedIDs(claimed))
				require.False(k, claimed.Next.IsZero())
			}
			claim(4, "one/a/urgent", "one/b/1", "one/c/1", "one/a/0")
			claim(1, "one/b/2")
			limit[0].Max = 2
			claim(9, "one/a/1", "one/a/2")
			limit[0].Max, limit[0].Total = 0, 9
			claimed := k.claimAs(store.Claim{Owner: "owner", Queues: limit})
			require.Equal(k, []string{"one/a/3", "one/a/4"}, k.claimedIDs(claimed))
			require.Zero(k, claimed.Next)
		}},
		{"keys of which as many are leased take turns, the next after the last", func(k *kit) {
			k.createQueued("one/c/1", "one/a/1", "one/b/1", "one//1", "one/a/2")
			limit := store.Share{Queue: "one", PerKey: 9, Max: 1}
			for _, c := range []struct{ after, want string }{
				{"b", "one/c/1"}, {"c", "one//1"}, {"", "one/a/1"}, {"a", "one/b/1"}, {"a", "one/a/2"},
			} {
				limit.After = c.after
				ids, _ := k.claimShares("owner", limit)
				require.Equal(k, []string{c.want}, ids, "after %q", c.after)
			}
		}},
		{"many of one key are claimed at once, in whatever flow, if nobody else is there", func(k *kit) {
			want, other := []string{}, k.id("other flow")
			for i := range 50 {
				r := k.queued(fmt.Sprintf("one/a/%02d", i))
				r.Due = k.past.Add(time.Duration(i) * time.Second)
				if i%3 == 0 {
					r.Flow = other
				}
				k.create(r)
				want = append(want, r.ID[len(k.prefix):])
			}
			var got []string
			for len(got) < len(want) {
				claimed := k.claimAs(store.Claim{
					Owner: "owner", Flows: []string{k.flow(), other},
					Queues: k.ownShares([]store.Share{{Queue: "one", PerKey: 49}}),
				})
				if len(claimed.Runs) == 0 {
					break
				}
				got = append(got, k.claimedIDs(claimed)...)
				require.Equal(k, len(got) < len(want)-1, !claimed.Next.IsZero(), "next is %v after %d", claimed.Next, len(got))
			}
			require.Equal(k, want[:49], got)
		}},
		{"many who claim keep to the limits of a queue and of its keys", func(k *kit) { k.crowding() }},
	}
}

// freeing ends leases in every way, of two runs with one key in a queue in which one may be leased.
func (k *kit) freeing(limit store.Share) {
	k.Helper()
	none := func(owner string) {
		k.Helper()
		ids, next := k.claimShares(owner, limit)
		require.Empty(k, ids)
		require.True(k, next.IsZero() || next.After(k.future.Add(-hour/2)), "next is %v, but the limit holds back", next)
	}
	one := func(owner, want string) store.Run {
		k.Helper()
		ids, _ := k.claimShares(owner, limit)
		require.Equal(k, []string{want}, ids)
		none("one")
		none("two")
		return k.load(k.id(want)).Run
	}
	k.createQueued("one/a/1", "one/a/2")
	r := one("one", "one/a/1")
	k.setState(r, func(w *store.Write) { w.Release, w.State.Status, w.State.Due = true, store.Waiting, k.future })
	r = one("two", "one/a/2")
	k.send(message(k.id("one/a/1"), "wakes it up", ""))
	none("one")
	k.setState(r, func(w *store.Write) { w.Epoch, w.Release, w.State.Status = 0, true, store.Failed })
	require.Empty(k, k.renew("one", hour))
	r = one("one", "one/a/1")
	k.createQueued("one/a/3")
	none("two")
	k.renew("one", time.Millisecond)
	k.eventually("the lease runs out", func() bool {
		ids, _ := k.claimShares("two", store.Share{Queue: limit.Queue, Total: limit.Total, PerKey: limit.PerKey, Max: 2})
		if len(ids) > 0 {
			require.Len(k, ids, 1)
		}
		return len(ids) > 0
	})
	none("one")
	none("two")
	require.ErrorIs(k, k.commit(store.Write{Run: r.ID, Epoch: r.Epoch + 1})[0], store.ErrFenced)
}

// crowding has clients claim and give back, and count how many are leased.
func (k *kit) crowding() {
	k.Helper()
	const total, perKey, keys = 5, 2, 4
	for i := range 60 {
		k.create(k.queued(fmt.Sprintf("one/%d/%d", i%keys, i)))
	}
	ends := k.ownShares([]store.Share{{Queue: "one", Total: total, PerKey: perKey}})
	until := time.Now().Add(10 * k.patience)
	k.together(clients, func(i int) error {
		for time.Now().Before(until) {
			c, err := k.store.Claim(k.Context(), store.Claim{
				Owner: k.id(strconv.Itoa(i)), Lease: hour, Max: 3, Flows: []string{k.flow()}, Queues: ends,
			})
			if err != nil {
				return err
			}
			leased, byKey := 0, map[string]int{}
			runs, err := k.store.List(k.Context(), store.Query{
				Queues: []string{k.id("one")}, Statuses: []store.Status{store.Running},
			})
			if err != nil {
				return err
			}
			for _, r := range runs {
				leased++
				byKey[r.Key]++
				if leased > total || byKey[r.Key] > perKey {
					return fmt.Errorf("%d runs are leased, %v of each key", leased, byKey)
				}
			}
			var writes []store.Write
			for _, h := range c.Runs {
				writes = append(writes, stateOf(h.Run, func(w *store.Write) {
					w.Release, w.State.Status, w.State.Due = true, store.Completed, time.Time{}
				}))
			}
			if _, err := k.store.Commit(k.Context(), writes); err != nil {
				return err
			}
			left, err := k.store.List(k.Context(), store.Query{Queues: []string{k.id("one")}, Statuses: []store.Status{
				store.Pending, store.Running,
			}, Limit: 1})
			if err != nil || len(left) == 0 {
				return err
			}
		}
		return errors.New("there is no end of runs to claim")
	})
	require.Len(k, k.list(store.Query{Queues: []string{k.id("one")}, Statuses: []store.Status{store.Completed}}), 60)
}
