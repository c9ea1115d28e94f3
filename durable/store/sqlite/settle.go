package sqlite

import (
	"cmp"
	"context"
	"slices"
)

const updateSettled = "UPDATE baton_runs SET settled = ? WHERE id = ?"

// settle moves what the tail has of a run to its chunks, with more records. The row of the run is then to say up to
// where that is so.
func (w *work) settle(t *target, l *lease, more []entry) error {
	live, err := w.live(t, l)
	if err != nil {
		return err
	}
	err = w.addChunks(t, l, slices.Concat(live, w.unpend(t.id), more))
	if err == nil && (len(live) > 0 || l != nil && len(l.entries) > 0) {
		w.drop(t, l)
	}
	return err
}

// drop has the rows of the tail up to the newest have nothing of a run that counts, as the row of the run is to say.
func (w *work) drop(t *target, l *lease) {
	t.settled = w.store.leases.last
	switch {
	case l == nil:
	case w.inner:
		l.stale = true // the user may undo a part of the transaction
	default:
		w.settled = append(w.settled, l)
	}
}

// settleOwned settles a run whose owner is to lose it.
func (w *work) settleOwned(run string) error {
	t, err := w.find(run)
	if err != nil {
		return err
	}
	return w.settleNow(&t, w.store.leases.of(&t))
}

// settleNow settles a run and has its row say so.
func (w *work) settleNow(t *target, l *lease) error {
	was := t.settled
	if err := w.settle(t, l, nil); err != nil {
		return err
	}
	if t.settled == was {
		return nil
	}
	_, err := w.exec(updateSettled, t.settled, t.id)
	return err
}

// tidy settles all runs if the tail has become long, and clears it. The newest row stays, or an empty one, since no row
// may have a number that a row of a run says is settled.
func (s *Store) tidy(ctx context.Context, c *conn) error {
	if s.leases.bytes < s.tailMost {
		return nil
	}
	return sparing(func(spare *spared) error {
		return s.transaction(ctx, c, &effects{}, func(w *work) error { return w.tidy(spare) })
	})
}

func (w *work) tidy(spare *spared) error {
	leases := &w.store.leases
	for _, l := range leases.sorted() {
		if len(l.entries) == 0 {
			continue
		}
		t, err := w.findRow(l.id)
		if err != nil {
			return err
		}
		err = w.tryToSettle(spare, &t, l.behind(t.settled), func() error { return w.settleNow(&t, l) })
		if err != nil {
			return err
		}
	}
	w.cleared = true
	if _, err := w.exec(clearTail, leases.last); err != nil {
		return err
	}
	return w.addTail()
}

// sorted are the leases in the order of the rows of their runs. It is used within the gate.
func (l *leases) sorted() []*lease {
	all := make([]*lease, 0, len(l.byRun))
	for _, v := range l.byRun {
		all = append(all, v)
	}
	slices.SortFunc(all, func(a, b *lease) int { return cmp.Compare(a.id, b.id) })
	return all
}
