package storetest

import (
	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
)

func recordChecks() []check {
	return []check{
		{"records are kept as they were written", func(k *kit) {
			r := k.leased("a")
			k.write(store.Write{Run: r.ID, Epoch: 1, Records: []store.Record{k.fullRecord(3, 1)}})
			k.equalRecords(r.ID, k.fullRecord(3, 1))
		}},
		{"records come in the order of their numbers, of which some may be missing", func(k *kit) {
			r := k.leased("a")
			k.write(store.Write{Run: r.ID, Epoch: 1, Records: steps(1, 5, 2)})
			k.write(store.Write{Run: r.ID, Epoch: 1, Records: steps(1, 9)})
			k.write(store.Write{Run: r.ID, Epoch: 1, Records: steps(1, 3, 1<<40)})
			k.equalRecords(r.ID, steps(1, 2, 3, 5, 9, 1<<40)...)
		}},
		{"a record whose number is there is ignored", func(k *kit) {
			r := k.leased("a")
			k.write(store.Write{Run: r.ID, Epoch: 1, Records: steps(1, 1, 2)})
			other := k.fullRecord(1, 1)
			k.write(store.Write{Run: r.ID, Epoch: 1, Records: []store.Record{other, step(3, 1), step(3, 7)}})
			k.equalRecords(r.ID, steps(1, 1, 2, 3)...)
		}},
		{"runs have logs of their own", func(k *kit) {
			a, b := k.leased("a"), k.leased("b")
			k.write(store.Write{Run: a.ID, Epoch: 1, Records: steps(1, 1, 2)})
			k.write(store.Write{Run: b.ID, Epoch: 1, Records: steps(1, 2, 3)})
			k.equalRecords(a.ID, steps(1, 1, 2)...)
			k.equalRecords(b.ID, steps(1, 2, 3)...)
		}},
		{"the log stays when the lease changes hands", func(k *kit) {
			r := k.leased("a")
			w := stateOf(r, func(w *store.Write) { w.Release, w.State.Due = true, k.past })
			w.Records = steps(1, 1)
			k.write(w)
			k.claimAs(store.Claim{Owner: "other", Flows: []string{r.Flow}})
			k.write(store.Write{Run: r.ID, Epoch: 2, Records: []store.Record{step(1, 2), step(2, 2)}})
			k.equalRecords(r.ID, step(1, 1), step(2, 2))
		}},
		{"writes that are made again append nothing twice", func(k *kit) {
			a, b := k.leased("a"), k.leased("b")
			k.create(k.in(store.Waiting, "c"))
			k.send(message(a.ID, "one", ""), message(a.ID, "two", ""))
			writes := []store.Write{
				{
					Run: a.ID, Epoch: 1, Records: steps(1, 1, 2), Consumed: []int64{1}, Published: []byte("p"),
					Send: []store.Message{message(k.id("c"), "once", "key")},
				},
				{Run: b.ID, Epoch: 1, Records: steps(1, 1)},
			}
			k.commit(writes...)
			histories := []store.History{k.load(a.ID), k.load(b.ID), k.load(k.id("c"))}
			for _, err := range k.commit(writes...) {
				require.NoError(k, err)
			}
			for _, h := range histories {
				k.equalHistory(h, k.load(h.Run.ID))
			}
			require.Len(k, histories[2].Messages, 1)
		}},
		{"a write without a state leaves the revision and the state alone", func(k *kit) {
			r := k.leased("a")
			k.write(store.Write{Run: r.ID, Epoch: 1, Records: steps(1, 1), Revision: 77, Release: true, Seen: 5})
			k.equalRun(r, k.load(r.ID).Run)
		}},
		{"what is published replaces what was, and only then", func(k *kit) {
			r := k.leased("a")
			published := func() []byte { return k.load(r.ID).Run.Published }
			k.write(store.Write{Run: r.ID, Epoch: 1, Published: []byte("one")})
			require.Equal(k, []byte("one"), published())
			k.write(store.Write{Run: r.ID, Epoch: 1, Records: steps(1, 1)})
			k.setState(r, func(*store.Write) {})
			require.Equal(k, []byte("one"), published())
			k.write(store.Write{Run: r.ID, Epoch: 1, Published: []byte{}})
			require.Empty(k, published())
		}},
		{"nothing may be committed", func(k *kit) {
			require.Empty(k, k.commit())
			r := k.leased("a")
			k.unchanged(r.ID, func() { k.write(store.Write{Run: r.ID, Epoch: 1}) })
		}},
	}
}
