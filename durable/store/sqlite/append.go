package sqlite

import (
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/packed"
)

// appendRecord adds a record to the log of a run, which is given by its row, if the epoch has the lease. The run is
// found by its row, and not by the index of the leases, whatever statistics say.
const appendRecord = `INSERT OR IGNORE INTO baton_records (place, data)
	SELECT (id << 24) + ?3, ?4 FROM baton_runs NOT INDEXED WHERE id = ?1 AND epoch = ?2 AND owner <> ''`

// onlyRecords tells whether the write does nothing but append under a lease records that have places.
func onlyRecords(w *store.Write) bool {
	return w.State == nil && w.Published == nil && len(w.Consumed) == 0 && len(w.Send) == 0 &&
		len(w.Records) > 0 && !strays(w)
}

// append makes a write that does nothing but append; refused says why it does not. The row of the run is known if it is
// leased, so that there is one statement for each record.
func (w *work) append(leases *leases, write *store.Write) (refused, err error) {
	l, ok := leases.get(write.Run)
	if !ok {
		t, err := w.find(write.Run)
		if err != nil {
			return nil, err
		}
		if refused := t.fence(write.Epoch, false); refused != nil {
			return refused, nil
		}
		l.id = t.id
	}
	all := true
	for i := range write.Records {
		r := &write.Records[i]
		n, err := w.exec(appendRecord, l.id, write.Epoch, r.N, packed.Record(r))
		if err != nil {
			return nil, err
		}
		all = all && n == 1
	}
	if all {
		return nil, nil
	}
	// Some were there already, or the lease was lost.
	t, err := w.find(write.Run)
	if err != nil {
		return nil, err
	}
	return t.fence(write.Epoch, false), nil
}

// fence says why a write under the epoch is refused, if it is. One that has a state needs no epoch.
func (t *target) fence(epoch int64, state bool) error {
	switch {
	case t.id == 0:
		return store.ErrNotFound
	case t.status.Finished():
		return store.ErrFinished
	case epoch == 0 && state:
		return nil
	case t.owner == "" || t.epoch != epoch:
		return store.ErrFenced
	}
	return nil
}
