package storetest

import (
	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
)

func deleteChecks() []check {
	return []check{
		{"only runs that have finished are deleted, and counted", func(k *kit) {
			ids := []string{k.id("missing")}
			for s := store.Pending; s <= store.Paused; s++ {
				r := k.in(s, s.String())
				k.create(r)
				ids = append(ids, r.ID, r.ID)
			}
			leased := k.leased("leased")
			require.Equal(k, 3, k.delete(append(ids, leased.ID)...))
			require.Equal(k, 0, k.delete(ids...))
			left := k.list(store.Query{Flows: []string{k.flow()}})
			require.Equal(k, []string{"blocked", "paused", "pending", "running", "waiting"}, k.ids(left))
			k.write(store.Write{Run: leased.ID, Epoch: 1, Records: steps(1, 1)})
		}},
		{"nothing is left of a run that was deleted", func(k *kit) {
			r := k.leased("a")
			k.send(message(r.ID, "one", "key"))
			full := k.fullState(store.Completed)
			k.write(stateOf(r, func(w *store.Write) {
				w.State, w.Release, w.Records, w.Published = &full, true, steps(1, 1), []byte("published")
			}))
			require.Equal(k, 1, k.delete(r.ID))
			_, err := k.store.Load(k.Context(), r.ID, store.Mark{})
			require.ErrorIs(k, err, store.ErrNotFound)
			require.Empty(k, k.list(store.Query{IDs: []string{r.ID}}))
			require.Empty(k, k.list(store.Query{Flows: []string{r.Flow}}))
			require.ErrorIs(k, k.commit(stateOf(r, same))[0], store.ErrNotFound)
			errs, err := k.store.Send(k.Context(), []store.Message{message(r.ID, "one", "")})
			require.NoError(k, err)
			require.ErrorIs(k, errs[0], store.ErrNotFound)

			again := k.in(store.Pending, "a")
			k.create(again)
			k.equalHistory(store.History{Run: again}, k.load(r.ID))
			k.send(message(r.ID, "two", "key"))
			require.Equal(k, []string{"two"}, names(k.load(r.ID).Messages))
			require.EqualValues(k, 1, k.load(r.ID).Messages[0].Seq)
		}},
		{"nothing else is deleted", func(k *kit) {
			a, b := k.leased("a"), k.leased("b")
			for _, r := range []store.Run{a, b} {
				k.send(message(r.ID, "one", ""))
				k.write(stateOf(r, func(w *store.Write) {
					w.Release, w.State.Status, w.Records = true, store.Failed, steps(1, 1)
				}))
			}
			k.unchanged(b.ID, func() { require.Equal(k, 1, k.delete(a.ID)) })
			require.Equal(k, 0, k.delete())
		}},
	}
}

func (k *kit) delete(ids ...string) int {
	k.Helper()
	n, err := k.store.Delete(k.Context(), ids)
	require.NoError(k, err)
	return n
}
