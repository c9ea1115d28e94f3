package storetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
)

func releaseChecks() []check {
	return []check{
		{"a release ends the lease, and the run is due when the state says", func(k *kit) {
			for name, due := range map[string]time.Time{"never": {}, "past": k.past, "future": k.future} {
				r := k.leased(name)
				got := k.setState(r, func(w *store.Write) { w.Release, w.State.Status, w.State.Due = true, store.Waiting, due })
				require.Equal(k, store.Lease{Epoch: 1, Revision: 2}, got.Lease)
				require.True(k, got.Due.Equal(due), "due is %v", got.Due)
				claimed := k.claimAs(store.Claim{Owner: "other", Flows: []string{r.Flow}})
				if name == "past" {
					require.EqualValues(k, 2, claimed.Runs[0].Run.Epoch)
					continue
				}
				require.Empty(k, claimed.Runs)
				require.True(k, claimed.Next.Equal(due), "next is %v", claimed.Next)
			}
		}},
		{"a release without an epoch raises it, so that who had the lease is fenced", func(k *kit) {
			r := k.leased("a")
			got := k.setState(r, func(w *store.Write) { w.Epoch, w.Release, w.State.Due = 0, true, time.Time{} })
			require.Equal(k, store.Lease{Epoch: 2, Revision: 2}, got.Lease)
			for epoch := int64(1); epoch <= 2; epoch++ {
				w := store.Write{Run: r.ID, Epoch: epoch, Records: steps(1, 1)}
				require.ErrorIs(k, k.commit(w)[0], store.ErrFenced)
			}
			require.Empty(k, k.renew("owner", hour))
			got = k.setState(got, func(w *store.Write) { w.Epoch, w.Release, w.State.Due = 0, true, k.past })
			require.Equal(k, store.Lease{Epoch: 3, Revision: 3}, got.Lease)
			claimed := k.claimAs(store.Claim{Owner: "owner", Flows: []string{r.Flow}})
			require.EqualValues(k, 4, claimed.Runs[0].Run.Epoch)
		}},
		{"a run that is released to wait is due at once if a message came that was not seen", func(k *kit) {
			for name, due := range map[string]time.Time{"never": {}, "future": k.future} {
				r := k.leased(name)
				k.send(message(r.ID, "one", ""), message(r.ID, "two", ""))
				seen := k.load(r.ID).Messages[0].Seq
				k.write(stateOf(r, func(w *store.Write) {
					w.Release, w.Seen, w.State.Status, w.State.Due = true, seen, store.Waiting, due
				}))
				claimed := k.claimAs(store.Claim{Owner: "other", Flows: []string{r.Flow}})
				require.Len(k, claimed.Runs, 1, name)
			}
		}},
		{"a run that is released to wait is not due for messages that were seen", func(k *kit) {
			r := k.leased("a")
			k.send(message(r.ID, "one", ""), message(r.ID, "two", ""))
			seen := k.load(r.ID).Messages[1].Seq
			got := k.setState(r, func(w *store.Write) {
				w.Release, w.Seen, w.State.Status, w.State.Due = true, seen, store.Waiting, time.Time{}
			})
			require.Zero(k, got.Due)
		}},
		{"a run that is released to wait is not due for messages that are consumed", func(k *kit) {
			r := k.leased("a")
			k.send(message(r.ID, "one", ""), message(r.ID, "two", ""))
			m := k.load(r.ID).Messages
			k.write(store.Write{Run: r.ID, Epoch: 1, Consumed: []int64{m[0].Seq}})
			got := k.setState(r, func(w *store.Write) {
				w.Release, w.State.Status, w.State.Due, w.Consumed = true, store.Waiting, time.Time{}, []int64{m[1].Seq}
			})
			require.Zero(k, got.Due)
		}},
		{"a run that is released to anything but waiting is not due for messages", func(k *kit) {
			for _, s := range []store.Status{store.Pending, store.Blocked, store.Paused, store.Completed} {
				r := k.leased(s.String())
				k.send(message(r.ID, "one", ""))
				got := k.setState(r, func(w *store.Write) { w.Release, w.State.Status, w.State.Due = true, s, time.Time{} })
				require.Zero(k, got.Due, s)
			}
		}},
		{"a state that does not release is not due for messages", func(k *kit) {
			r := k.in(store.Paused, "a")
			k.create(r)
			k.send(message(r.ID, "one", ""))
			require.Zero(k, k.setState(r, func(w *store.Write) { w.State.Status = store.Waiting }).Due)
		}},
		{"a run that is released as finished has ended", func(k *kit) {
			r := k.leased("a")
			s := k.fullState(store.Failed)
			s.Due = time.Time{}
			w := stateOf(r, func(w *store.Write) { w.State, w.Release, w.Records = &s, true, steps(1, 1) })
			k.write(w)
			r.State, r.Lease = s, store.Lease{Epoch: 1, Revision: 2}
			k.equalHistory(store.History{Run: r, Records: steps(1, 1)}, k.load(r.ID))
			claimed := k.claimAs(store.Claim{Owner: "other", Flows: []string{r.Flow}})
			require.Empty(k, claimed.Runs)
			require.Zero(k, claimed.Next)
		}},
	}
}
