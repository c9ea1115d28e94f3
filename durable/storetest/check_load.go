package storetest

import (
	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
)

func loadChecks() []check {
	return []check{
		{"a history is loaded from a mark on", func(k *kit) {
			r := k.leased("a")
			k.write(store.Write{Run: r.ID, Epoch: 1, Records: steps(1, 1, 2, 4, 7)})
			k.send(message(r.ID, "one", ""), message(r.ID, "two", ""), message(r.ID, "three", ""))
			all := k.load(r.ID)
			for from, want := range map[int64][]store.Record{
				0: all.Records, 1: all.Records, 2: all.Records[1:], 3: all.Records[2:], 4: all.Records[2:],
				7: all.Records[3:], 8: nil,
			} {
				h := k.loadFrom(r.ID, store.Mark{Records: from})
				k.equalHistory(store.History{Run: r, Records: want, Messages: all.Messages}, h)
			}
			for i, m := range all.Messages {
				h := k.loadFrom(r.ID, store.Mark{Records: 5, Messages: m.Seq})
				k.equalHistory(store.History{Run: r, Records: all.Records[3:], Messages: all.Messages[i+1:]}, h)
			}
		}},
		{"a run that is not there is not found", func(k *kit) {
			_, err := k.store.Load(k.Context(), k.id("a"), store.Mark{})
			require.ErrorIs(k, err, store.ErrNotFound)
		}},
		{"what a store returns belongs to the caller, and what it was given too", func(k *kit) {
			r := k.fullRun("a")
			want := k.fullRun("a")
			created, err := k.store.Create(k.Context(), []store.Run{r})
			require.NoError(k, err)
			spoil(store.History{Run: r})
			spoil(store.History{Run: created[0].Run})
			message := k.fullMessage(r.ID)
			k.send(message)
			claimed := k.claim("owner").Runs[0]
			want.State, want.Lease = claimed.Run.State, claimed.Run.Lease
			want.Result, want.Failure = payload("result"), payload("failure")
			records := []store.Record{k.fullRecord(1, 1)}
			published := []byte("published")
			k.write(store.Write{Run: r.ID, Epoch: 1, Records: records, Published: published})
			spoil(claimed)
			spoil(store.History{Run: store.Run{Published: published}, Records: records, Messages: []store.Message{message}})
			for range 2 {
				spoil(k.load(r.ID))
				spoil(store.History{Run: k.list(store.Query{IDs: []string{r.ID}})[0]})
			}
			sent := k.fullMessage(r.ID)
			sent.Seq = 1
			k.equalHistory(store.History{
				Run: want, Records: []store.Record{k.fullRecord(1, 1)}, Messages: []store.Message{sent},
			}, k.load(r.ID))
			state := k.fullState(store.Paused)
			input := payload("input")
			k.write(stateOf(want, func(w *store.Write) { w.State, w.Restart = &state, &input }))
			spoil(store.History{Run: store.Run{Input: input, State: state}})
			got := k.load(r.ID).Run
			require.Equal(k, []store.Payload{payload("input"), payload("result"), payload("failure")},
				[]store.Payload{got.Input, got.Result, got.Failure})
		}},
	}
}

// spoil changes everything that a history refers to.
func spoil(h store.History) {
	r := h.Run
	for name := range r.Labels {
		r.Labels[name] = "spoilt"
	}
	spoilBytes(r.Input.Data, r.Seed, r.Result.Data, r.Failure.Data, r.Published)
	for _, r := range h.Records {
		spoilBytes(r.Digest, r.Action.Data, r.Result.Data, r.Failure.Data)
	}
	for _, m := range h.Messages {
		spoilBytes(m.Payload.Data)
	}
}

func spoilBytes(all ...[]byte) {
	for _, b := range all {
		for i := range b {
			b[i] ^= 0xff
		}
	}
}
