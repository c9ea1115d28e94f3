package storetest

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
)

func stateChecks() []check {
	return []check{
		{"a state replaces all of the one before, and raises the revision", func(k *kit) {
			r := k.leased("a")
			full := k.fullState(store.Paused)
			got := k.setState(r, func(w *store.Write) { w.State = &full })
			full.Due = r.Due
			r.State, r.Revision = full, 2
			k.equalRun(r, got)
			got = k.setState(got, func(w *store.Write) { *w.State = store.State{Status: store.Running} })
			r.State, r.Revision = store.State{Status: store.Running, Due: full.Due}, 3
			k.equalRun(r, got)
		}},
		{"while the lease lasts its end is the due time", func(k *kit) {
			r := k.leased("a")
			for _, due := range []time.Time{{}, k.past, k.future.Add(hour)} {
				got := k.setState(r, func(w *store.Write) { w.State.Due = due })
				require.True(k, got.Due.Equal(r.Due), "due is %v, the lease ends %v", got.Due, r.Due)
				require.Empty(k, k.claimAs(store.Claim{Owner: "other", Flows: []string{r.Flow}}).Runs)
				r = got
			}
		}},
		{"a write without an epoch sets the due time of a run that nobody has", func(k *kit) {
			r := k.in(store.Paused, "a")
			k.create(r)
			got := k.setState(r, func(w *store.Write) { w.State.Status, w.State.Due = store.Waiting, k.past })
			require.Equal(k, store.Lease{Revision: 1}, got.Lease)
			require.True(k, got.Due.Equal(k.past))
			require.Equal(k, []string{"a"}, k.claimedIDs(k.claim("owner")))
		}},
		{"a write without an epoch needs no lease and leaves it alone", func(k *kit) {
			r := k.leased("a")
			got := k.setState(r, func(w *store.Write) { w.Epoch, w.State.Cancelled, w.State.Due = 0, k.moment(1), k.past })
			require.True(k, got.Cancelled.Equal(k.moment(1)))
			require.True(k, got.Due.Equal(r.Due))
			require.Equal(k, store.Lease{Owner: r.Owner, Epoch: 1, Revision: 2}, got.Lease)
			k.write(store.Write{Run: r.ID, Epoch: 1, Records: steps(1, 1)})
			require.ErrorIs(k, k.commit(stateOf(r, same))[0], store.ErrChanged)
			require.Equal(k, []store.Held{{Run: r.ID, Epoch: 1, Revision: 2}}, k.renew("owner", hour))
		}},
		{"a run that is restarted has another input and an empty log", func(k *kit) {
			r := k.leased("a")
			k.send(message(r.ID, "one", "key"), message(r.ID, "two", ""))
			k.write(store.Write{Run: r.ID, Epoch: 1, Records: steps(1, 1, 2), Published: []byte("p")})
			input := payload("next")
			got := k.setState(r, func(w *store.Write) {
				w.Restart, w.State.Generation = &input, 1
				w.Records, w.Consumed = []store.Record{k.fullRecord(1, 1)}, []int64{1}
			})
			r.Input, r.Generation, r.Revision, r.Published = input, 1, 2, []byte("p")
			k.equalRun(r, got)
			k.equalRecords(r.ID, k.fullRecord(1, 1))
			k.send(message(r.ID, "one", "key"))
			require.Equal(k, []string{"two"}, names(k.load(r.ID).Messages))
			k.setState(got, func(w *store.Write) { w.Restart = &store.Payload{} })
			k.equalRecords(r.ID)
			require.Equal(k, store.Payload{}, plainPayload(k.load(r.ID).Run.Input))
		}},
		{"a state without a restart keeps the log and the input", func(k *kit) {
			r := k.leased("a")
			k.write(store.Write{Run: r.ID, Epoch: 1, Records: steps(1, 1)})
			k.setState(r, func(w *store.Write) { w.Records = steps(1, 2) })
			k.equalRecords(r.ID, steps(1, 1, 2)...)
		}},
	}
}
