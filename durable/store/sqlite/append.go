package sqlite

import (
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/packed"
)

// onlyRecords tells whether the write does nothing but append under a lease records that go through the tail.
func onlyRecords(w *store.Write) bool {
	return w.State == nil && w.Published == nil && len(w.Consumed) == 0 && len(w.Send) == 0 &&
		len(w.Records) > 0 && !strays(w) && small(w.Records)
}

// quick returns the lease under which a write does nothing but append, so that no row needs to be asked for anything;
// or nil. Whatever is odd about a write is left to apply.
func (w *work) quick(write *store.Write) (*lease, error) {
	if w.inner || !onlyRecords(write) {
		return nil, nil
	}
	l := w.store.leases.get(write.Run)
	if l == nil || l.epoch != write.Epoch || w.changed(write.Run) {
		return nil, nil
	}
	if l.stale {
		return w.refresh(l)
	}
	return l, nil
}

// refresh makes true again what is known in memory of the tail, if a transaction of the user may have settled the run.
func (w *work) refresh(l *lease) (*lease, error) {
	t, err := w.findRow(l.id)
	if err != nil {
		return nil, err
	}
	w.store.leases.drop(l, t.settled)
	l.stale = false
	return l, nil
}

// append makes a write that does nothing but append.
func (w *work) append(l *lease, write *store.Write) error {
	t := target{id: l.id, run: l.run, owner: l.owner, settled: l.floor}
	add, err := w.missing(&t, l, write.Records)
	if err == nil {
		w.pend(l, add)
	}
	return err
}

// missing returns the records that the run has not, packed, and adds those that stray.
func (w *work) missing(t *target, l *lease, records []store.Record) ([]entry, error) {
	var add []entry
	last := int64(-1)
	for i := range records {
		r := &records[i]
		if !placed(r.N) {
			if _, err := w.exec(insertStray, t.id, r.N, packed.Record(r)); err != nil {
				return nil, err
			}
			continue
		}
		there, err := w.there(t, l, r.N)
		if err != nil {
			return nil, err
		}
		if !there && (r.N > last || !among(add, r.N)) {
			add = append(add, entry{Run: t.id, N: r.N, Data: packed.Record(r)})
			last = max(last, r.N)
		}
	}
	return add, nil
}

// there tells whether a run has a record. Mostly it has a greater number than all others.
func (w *work) there(t *target, l *lease, n int64) (bool, error) {
	if l == nil || n <= l.newest {
		all, err := w.live(t, l)
		if err != nil || among(all, n) || w.pends(t.id, n) {
			return true, err
		}
	}
	if l != nil && n > l.top {
		return false, nil
	}
	there, later, err := w.inChunks(t.id, n)
	if err == nil && !later && l != nil && !w.inner && !w.changed(t.run) {
		l.top = n - 1
	}
	return there, err
}
