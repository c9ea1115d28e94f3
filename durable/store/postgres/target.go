package postgres

import (
	"time"

	"github.com/baton-go/baton/durable/store"
)

// target is what a write depends on: the row of a run, which is locked, as the writes before have left it.
type target struct {
	id       int64 // 0: there is no such run
	status   store.Status
	due      time.Time
	owner    string
	epoch    int64
	revision int64
	seq      int64
	facts    []byte // only if they are to be replaced
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

// accept says why the write is refused, if it is.
func (t *target) accept(w *store.Write) error {
	if err := t.fence(w.Epoch, w.State != nil); err != nil {
		return err
	}
	if w.State != nil && t.revision != w.Revision {
		return store.ErrChanged
	}
	return nil
}
