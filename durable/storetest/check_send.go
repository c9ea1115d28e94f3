package storetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
)

func sendChecks() []check {
	return []check{
		{"messages are kept as they were sent, in order, numbered from 1", func(k *kit) {
			k.create(k.in(store.Pending, "a"), k.in(store.Pending, "b"))
			first := k.fullMessage(k.id("a"))
			first.Seq = 77 // the store sets it
			k.send(first, message(k.id("b"), "other", ""), message(k.id("a"), "second", ""))
			k.send(message(k.id("a"), "third", ""))
			first.Seq = 1
			messages := plainHistory(k.load(k.id("a"))).Messages
			require.Equal(k, plainMessage(first), messages[0])
			require.Equal(k, []string{"name", "second", "third"}, names(messages))
			require.EqualValues(k, 1, k.load(k.id("b")).Messages[0].Seq)
			for i := range messages[1:] {
				require.Greater(k, messages[i+1].Seq, messages[i].Seq)
			}
		}},
		{"a key is sent once to a run, even within one call", func(k *kit) {
			k.create(k.in(store.Pending, "a"), k.in(store.Pending, "b"))
			a, b := k.id("a"), k.id("b")
			k.send(message(a, "one", "key"), message(a, "two", "key"), message(b, "three", "key"))
			k.send(message(a, "four", "other"))
			k.send(message(a, "five", "key"), message(a, "six", ""))
			require.Equal(k, []string{"one", "four", "six"}, names(k.load(a).Messages))
			require.Equal(k, []string{"three"}, names(k.load(b).Messages))
		}},
		{"messages without a key are sent as often as they are", func(k *kit) {
			k.create(k.in(store.Pending, "a"))
			k.send(message(k.id("a"), "one", ""), message(k.id("a"), "one", ""))
			k.send(message(k.id("a"), "one", ""))
			require.Len(k, k.load(k.id("a")).Messages, 3)
		}},
		{"messages to runs that are not there or have finished are refused, and others sent", func(k *kit) {
			k.create(k.in(store.Pending, "a"))
			k.create(k.in(store.Completed, "b"), k.in(store.Failed, "c"), k.in(store.Cancelled, "d"))
			errs, err := k.store.Send(k.Context(), []store.Message{
				message(k.id("missing"), "one", ""), message(k.id("a"), "two", ""), message(k.id("b"), "three", ""),
				message(k.id("c"), "four", "key"), message(k.id("d"), "five", ""), message(k.id("a"), "six", ""),
			})
			require.NoError(k, err)
			require.Len(k, errs, 6)
			missing, ended := store.ErrNotFound, store.ErrFinished
			for i, want := range []error{missing, nil, ended, ended, ended, nil} {
				require.ErrorIs(k, errs[i], want)
			}
			require.Equal(k, []string{"two", "six"}, names(k.load(k.id("a")).Messages))
			require.Empty(k, k.load(k.id("b")).Messages)
		}},
		{"runs that have not finished get messages whatever their status", func(k *kit) {
			for _, s := range []store.Status{store.Pending, store.Running, store.Waiting, store.Blocked, store.Paused} {
				k.create(k.in(s, s.String()))
				k.send(message(k.id(s.String()), "one", ""))
				require.Len(k, k.load(k.id(s.String())).Messages, 1)
			}
		}},
		{"nothing may be sent", func(k *kit) { k.send() }},
		{"a write sends to other runs, in order, and drops what cannot arrive", func(k *kit) {
			r := k.leased("a")
			k.create(k.in(store.Waiting, "b"), k.in(store.Completed, "c"))
			b := k.id("b")
			k.send(message(b, "zero", "key"))
			full := k.fullMessage(b)
			k.write(store.Write{Run: r.ID, Epoch: 1, Send: []store.Message{
				message(k.id("missing"), "one", ""), full, message(k.id("c"), "two", ""), message(b, "three", "new key"),
				message(b, "four", "new key"), message(b, "five", ""),
			}})
			messages := k.load(b).Messages
			require.Equal(k, []string{"zero", "three", "five"}, names(messages))
			require.Empty(k, k.load(k.id("c")).Messages)
			full.Key = "another key"
			k.write(store.Write{Run: r.ID, Epoch: 1, Send: []store.Message{full}})
			full.Seq = k.load(b).Messages[3].Seq
			require.Equal(k, plainMessage(full), plainMessage(k.load(b).Messages[3]))
		}},
		{"a write that ends a run sends what it has to", func(k *kit) {
			r := k.leased("a")
			k.create(k.in(store.Waiting, "b"))
			k.write(stateOf(r, func(w *store.Write) {
				w.State.Status, w.Release, w.Send = store.Completed, true, []store.Message{message(k.id("b"), "done", "done")}
			}))
			require.Equal(k, []string{"done"}, names(k.load(k.id("b")).Messages))
			require.Equal(k, []string{"b"}, k.claimedIDs(k.claim("owner")))
		}},
	}
}

func wakeChecks() []check {
	return []check{
		{"a message makes a run due that waits, and does not raise its revision", func(k *kit) {
			for name, due := range map[string]time.Time{"never": {}, "future": k.future} {
				r := k.in(store.Waiting, name)
				r.Flow, r.Due = k.id(name), due
				k.create(r)
				k.send(message(r.ID, "one", ""))
				require.Equal(k, store.Lease{}, k.load(r.ID).Run.Lease)
				claimed := k.claimAs(store.Claim{Owner: "owner", Flows: []string{r.Flow}})
				require.Len(k, claimed.Runs, 1)
				require.Len(k, claimed.Runs[0].Messages, 1)
			}
		}},
		{"a message within a write makes a run due that waits", func(k *kit) {
			r := k.leased("a")
			k.create(k.in(store.Waiting, "b"))
			k.write(store.Write{Run: r.ID, Epoch: 1, Send: []store.Message{message(k.id("b"), "one", "")}})
			require.Equal(k, []string{"b"}, k.claimedIDs(k.claim("owner")))
		}},
		{"a message that is dropped makes nothing due", func(k *kit) {
			r := k.leased("a")
			k.send(message(r.ID, "one", "key"))
			k.write(stateOf(r, func(w *store.Write) {
				w.Release, w.Seen, w.State.Status, w.State.Due = true, 1, store.Waiting, k.future
			}))
			k.unchanged(r.ID, func() { k.send(message(r.ID, "one", "key")) })
		}},
		{"a message makes nothing due that does not wait", func(k *kit) {
			for _, s := range []store.Status{store.Pending, store.Running, store.Blocked, store.Paused} {
				for name, due := range map[string]time.Time{" never": {}, " in the future": k.future} {
					r := k.in(s, s.String()+name)
					r.Due = due
					k.create(r)
					k.send(message(r.ID, "one", ""))
					k.equalRun(r, k.load(r.ID).Run)
				}
			}
			require.Empty(k, k.claim("owner").Runs)
		}},
		{"a message makes nothing due that is leased", func(k *kit) {
			r := k.leased("a")
			r = k.setState(r, func(w *store.Write) { w.State.Status = store.Waiting })
			k.send(message(r.ID, "one", ""))
			k.equalRun(r, k.load(r.ID).Run)
			require.Empty(k, k.claimAs(store.Claim{Owner: "other", Flows: []string{r.Flow}}).Runs)
		}},
		{"a run that is due stays so when a message comes", func(k *kit) {
			r := k.in(store.Waiting, "a")
			r.Due = k.past
			k.create(r)
			k.send(message(r.ID, "one", ""))
			require.Len(k, k.claim("owner").Runs, 1)
		}},
	}
}

func consumeChecks() []check {
	return []check{
		{"messages that were consumed are gone, and others stay", func(k *kit) {
			r := k.leased("a")
			for _, name := range []string{"one", "two", "three", "four", "five"} {
				k.send(message(r.ID, name, ""))
			}
			m := k.load(r.ID).Messages
			k.write(store.Write{Run: r.ID, Epoch: 1, Consumed: []int64{m[3].Seq, m[1].Seq}})
			require.Equal(k, []string{"one", "three", "five"}, names(k.load(r.ID).Messages))
			k.write(store.Write{Run: r.ID, Epoch: 1, Consumed: []int64{m[0].Seq, m[3].Seq, m[4].Seq + 10}})
			require.Equal(k, []string{"three", "five"}, names(k.load(r.ID).Messages))
		}},
		{"consuming takes nothing from other runs", func(k *kit) {
			a, b := k.leased("a"), k.leased("b")
			k.send(message(a.ID, "one", ""), message(b.ID, "two", ""))
			k.write(store.Write{Run: a.ID, Epoch: 1, Consumed: []int64{1}})
			require.Empty(k, k.load(a.ID).Messages)
			require.Equal(k, []string{"two"}, names(k.load(b.ID).Messages))
		}},
		{"keys are kept when messages are consumed", func(k *kit) {
			r := k.leased("a")
			k.send(message(r.ID, "one", "key"))
			k.write(store.Write{Run: r.ID, Epoch: 1, Consumed: []int64{1}})
			k.send(message(r.ID, "two", "key"), message(r.ID, "three", "other"))
			require.Equal(k, []string{"three"}, names(k.load(r.ID).Messages))
		}},
		{"later messages have greater numbers, also when all were consumed", func(k *kit) {
			r := k.leased("a")
			last := int64(0)
			for range 3 {
				k.send(message(r.ID, "one", ""), message(r.ID, "two", ""))
				m := k.load(r.ID).Messages
				require.Len(k, m, 2)
				require.Greater(k, m[0].Seq, last)
				require.Greater(k, m[1].Seq, m[0].Seq)
				last = m[1].Seq
				k.write(store.Write{Run: r.ID, Epoch: 1, Consumed: []int64{m[0].Seq, m[1].Seq}})
			}
			require.Equal(k, []store.Held{{Run: r.ID, Epoch: 1, Revision: 1}}, k.renew("owner", hour))
		}},
	}
}
