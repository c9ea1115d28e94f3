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
	queue    string
	facts    []byte // only if they are to be replaced
}

// accept says why the write is refused, if it is.
func (t *target) accept(w *store.Write) error {
	if t.id == 0 {
		return store.ErrNotFound
	}
	return w.Refused(t.status, store.Lease{Owner: t.owner, Epoch: t.epoch, Revision: t.revision})
}
