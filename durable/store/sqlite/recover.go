package sqlite

import (
	"context"
	"maps"
	"slices"
)

// recover settles what an earlier process left in the tail: it is part of the transaction that ends that one's leases.
// A record that is damaged is settled as it is, so that its run says so. Of a row that does not say which records it
// held it is only known that they were of runs which had a lease and were not settled: it is set aside, and each of
// those is marked with it, since to go on without a record would be to do again what was done.
func (w *work) recover(spare *spared) error {
	l := &w.store.leases
	rows, entries := 0, 0
	byRun := map[int64][]entry{}
	var damaged []int64
	err := w.tail(context.Background(), 0, func(row, _ int64, all []entry, ok bool) error {
		if !ok {
			damaged = append(damaged, row)
		}
		for _, e := range all {
			byRun[e.Run] = append(byRun[e.Run], e)
		}
		rows, entries, l.last = rows+1, entries+len(all), row
		return nil
	})
	if err != nil || rows == 0 || rows == 1 && entries == 0 && len(damaged) == 0 {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(byRun)) {
		if err := w.recoverRun(id, byRun[id], spare); err != nil {
			return err
		}
	}
	for _, row := range damaged {
		if err := w.setAside(row); err != nil {
			return err
		}
	}
	if _, err := w.exec(clearTail, l.last); err != nil {
		return err
	}
	w.cleared = true
	return w.addTail()
}

// recoverRun settles the entries of a run that count.
func (w *work) recoverRun(id int64, all []entry, spare *spared) error {
	t, err := w.findRow(id)
	if err != nil || t.owner == "" {
		return err
	}
	all = slices.DeleteFunc(all, func(e entry) bool { return e.Row <= t.settled })
	return w.tryToSettle(spare, &t, all, func() error { return w.addChunks(&t, nil, all) })
}

// setAside keeps a row that cannot be read, and marks the runs that may have had records in it.
func (w *work) setAside(row int64) error {
	const mark = "UPDATE baton_runs SET settled = ? WHERE owner <> '' AND settled >= 0 AND settled < ?"
	if _, err := w.exec(keepDamaged, row); err != nil {
		return err
	}
	_, err := w.exec(mark, -row, row)
	return err
}
