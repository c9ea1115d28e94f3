package storetest

import (
	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
)

// everything makes a write that changes all it can, in a run and in another one.
func (k *kit) everything(r store.Run, other string) store.Write {
	s := k.fullState(store.Waiting)
	input := payload("new input")
	return store.Write{
		Run: r.ID, Epoch: r.Epoch, State: &s, Revision: r.Revision, Release: true, Restart: &input,
		Records: steps(r.Epoch, 7), Consumed: []int64{1}, Published: []byte("new"),
		Send: []store.Message{message(other, "sent", "")},
	}
}

// refused checks that a write is refused and changes nothing, not even in the run to which it sends.
func (k *kit) refused(want error, r store.Run, change func(*store.Write)) {
	k.Helper()
	other := k.id("to whom it sends")
	_, err := k.store.Create(k.Context(), []store.Run{k.in(store.Waiting, "to whom it sends")})
	require.NoError(k, err)
	w := k.everything(r, other)
	change(&w)
	k.unchanged(r.ID, func() {
		k.unchanged(other, func() { require.ErrorIs(k, k.commit(w)[0], want) })
	})
}

func same(*store.Write) {}

// stateless takes away what a write may only have with a state.
func stateless(w *store.Write) { w.State, w.Release, w.Restart = nil, false, nil }

func conditionChecks() []check {
	return []check{
		{"a run that is not there is not found", func(k *kit) {
			k.create(k.in(store.Waiting, "other"))
			w := k.everything(k.pending("a"), k.id("other"))
			for _, w.Epoch = range []int64{0, 1} {
				k.unchanged(k.id("other"), func() { require.ErrorIs(k, k.commit(w)[0], store.ErrNotFound) })
			}
			_, err := k.store.Load(k.Context(), k.id("a"), store.Mark{})
			require.ErrorIs(k, err, store.ErrNotFound)
		}},
		{"a run that has finished is changed by no write", func(k *kit) {
			for _, s := range []store.Status{store.Completed, store.Failed, store.Cancelled} {
				r := k.leased(s.String())
				k.send(message(r.ID, "one", ""))
				r = k.setState(r, func(w *store.Write) { w.Release, w.State.Status, w.Records = true, s, steps(1, 1) })
				k.refused(store.ErrFinished, r, same)
				k.refused(store.ErrFinished, r, func(w *store.Write) { w.Epoch = 0 })
				k.refused(store.ErrFinished, r, stateless)
			}
		}},
		{"a write under another epoch is fenced", func(k *kit) {
			r := k.leased("a")
			k.send(message(r.ID, "one", ""))
			k.write(store.Write{Run: r.ID, Epoch: 1, Records: steps(1, 1)})
			for _, epoch := range []int64{2, 1 << 40} {
				k.refused(store.ErrFenced, r, func(w *store.Write) { w.Epoch = epoch })
				k.refused(store.ErrFenced, r, func(w *store.Write) { stateless(w); w.Epoch = epoch })
			}
		}},
		{"a write without the lease is fenced", func(k *kit) {
			r := k.pending("a")
			r.Flow = k.id("flow of a")
			k.create(r)
			k.send(message(r.ID, "one", ""))
			k.refused(store.ErrFenced, r, func(w *store.Write) { w.Epoch = 1 })
			r = k.claimAs(store.Claim{Owner: "owner", Flows: []string{r.Flow}}).Runs[0].Run
			r = k.setState(r, func(w *store.Write) { w.Release, w.State.Due = true, k.past })
			k.refused(store.ErrFenced, r, same)
			k.refused(store.ErrFenced, r, stateless)
			r = k.claimAs(store.Claim{Owner: "other", Flows: []string{r.Flow}}).Runs[0].Run
			k.refused(store.ErrFenced, r, func(w *store.Write) { w.Epoch = 1 })
			k.write(store.Write{Run: r.ID, Epoch: 2, Records: steps(2, 1)})
		}},
		{"a write of a state of another revision is refused", func(k *kit) {
			r := k.leased("a")
			k.send(message(r.ID, "one", ""))
			r = k.setState(r, same)
			for _, revision := range []int64{0, 1, 3} {
				k.refused(store.ErrChanged, r, func(w *store.Write) { w.Revision = revision })
				k.refused(store.ErrChanged, r, func(w *store.Write) { w.Epoch, w.Revision = 0, revision })
			}
			k.setState(r, same)
		}},
		{"a state that is written again has changed meanwhile", func(k *kit) {
			r := k.leased("a")
			k.setState(r, same)
			k.refused(store.ErrChanged, r, same)
		}},
		{"the fence comes before the revision", func(k *kit) {
			r := k.leased("a")
			k.refused(store.ErrFenced, r, func(w *store.Write) { w.Epoch, w.Revision = 2, 5 })
		}},
		{"writes that are refused keep no other from being made, and each error has its place", func(k *kit) {
			a, b, c := k.leased("a"), k.leased("b"), k.leased("c")
			errs := k.commit(
				store.Write{Run: k.id("missing"), Epoch: 1, Records: steps(1, 1)},
				store.Write{Run: a.ID, Epoch: 1, Records: steps(1, 1)},
				store.Write{Run: b.ID, Epoch: 9, Records: steps(1, 1)},
				stateOf(c, func(w *store.Write) { w.Revision++ }),
				stateOf(c, same),
			)
			for i, want := range []error{store.ErrNotFound, nil, store.ErrFenced, store.ErrChanged, nil} {
				require.ErrorIs(k, errs[i], want)
			}
			k.equalRecords(a.ID, step(1, 1))
			k.equalRecords(b.ID)
			require.EqualValues(k, 2, k.load(c.ID).Run.Revision)
		}},
		{"writes are made in order", func(k *kit) {
			a, b := k.leased("a"), k.leased("b")
			errs := k.commit(
				store.Write{Run: a.ID, Epoch: 1, Records: steps(1, 1)},
				stateOf(a, func(w *store.Write) { w.State.Status = store.Blocked }),
				store.Write{Run: a.ID, Epoch: 1, Records: steps(1, 1, 2)},
				stateOf(a, func(w *store.Write) { w.Revision++; w.Release = true }),
				store.Write{Run: a.ID, Epoch: 1, Records: steps(1, 3)},
				stateOf(b, func(w *store.Write) { w.Release, w.State.Status = true, store.Completed }),
				stateOf(b, func(w *store.Write) { w.Release, w.State.Status = true, store.Failed }),
			)
			for i, want := range []error{nil, nil, nil, nil, store.ErrFenced, nil, store.ErrFinished} {
				require.ErrorIs(k, errs[i], want)
			}
			k.equalRecords(a.ID, steps(1, 1, 2)...)
			require.Equal(k, store.Completed, k.load(b.ID).Run.Status)
		}},
	}
}
