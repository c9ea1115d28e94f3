package sqlite

import (
	"time"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/packed"
)

// apply makes one write of any kind; refused says why it is not.
func (w *work) apply(write *store.Write) (refused, err error) {
	t, err := w.find(write.Run)
	if err != nil {
		return nil, err
	}
	if refused := t.accept(write); refused != nil {
		return refused, nil
	}
	if err := w.log(&t, write); err != nil {
		return nil, err
	}
	for _, seq := range write.Consumed {
		if _, err := w.exec("DELETE FROM baton_messages WHERE run = ? AND seq = ?", t.id, seq); err != nil {
			return nil, err
		}
	}
	if err := w.publish(t.id, write.Published); err != nil {
		return nil, err
	}
	if write.State != nil {
		if err := w.replace(&t, write); err != nil {
			return nil, err
		}
	}
	for i := range write.Send {
		if _, err := w.sendOne(&write.Send[i]); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// log makes the changes to the log of a run. What stays leased is appended to the tail; a run whose lease ends is
// settled.
func (w *work) log(t *target, write *store.Write) error {
	l := w.store.leases.of(t)
	restart := write.State != nil && write.Restart != nil
	if restart {
		if err := w.restart(t, l, *write.Restart); err != nil {
			return err
		}
	}
	add, err := w.missing(t, l, write.Records)
	if err != nil {
		return err
	}
	switch {
	case releases(write):
		w.change(t.run)
		return w.settle(t, l, add)
	case w.inner || restart || l == nil || !small(write.Records):
		return w.addChunks(t, l, add)
	}
	w.pend(l, add)
	return nil
}

// releases tells whether the lease ends with the write.
func releases(w *store.Write) bool {
	return w.State != nil && (w.Release || w.State.Status.Finished())
}

// accept says why the write is refused, if it is.
func (t *target) accept(w *store.Write) error {
	if t.id == 0 {
		return store.ErrNotFound
	}
	return w.Refused(t.status, store.Lease{Owner: t.owner, Epoch: t.epoch, Revision: t.revision})
}

// replace replaces the state of a run.
func (w *work) replace(t *target, write *store.Write) error {
	s := *write.State
	owner, epoch, due := t.owner, t.epoch, s.Due
	if releases(write) {
		owner = ""
		if write.Epoch == 0 {
			epoch++
		}
		if s.Status == store.Waiting && t.seq > write.Seen && (due.IsZero() || due.After(w.now)) {
			came, err := w.came(t.id, write.Seen)
			if err != nil {
				return err
			}
			if came {
				due = w.now
			}
		}
		w.ended = append(w.ended, write.Run)
	}
	if owner != "" {
		due = time.Time{}
	}
	_, err := w.exec(`UPDATE baton_runs SET status = ?, due = ?, started = ?, finished = ?, expires = ?, owner = ?,
		epoch = ?, revision = revision + 1, state = ?, settled = ? WHERE id = ?`,
		int64(s.Status), micros(due), micros(s.Started), micros(s.Finished), micros(s.Expires), owner,
		epoch, packed.State(&s), t.settled, t.id)
	if err != nil {
		return err
	}
	n := store.Notice{Run: write.Run, Status: s.Status, Due: claimable(s.Status, due), Revision: t.revision + 1}
	if t.owner != "" && owner == "" {
		n.Freed, n.Queue = true, t.queue
	}
	w.tell(n)
	return nil
}

// claimable is when a run is to be claimed: never, if it has finished.
func claimable(s store.Status, due time.Time) time.Time {
	if s.Finished() {
		return time.Time{}
	}
	return due
}

// came tells whether a message that is still there came after the place.
func (w *work) came(id, after int64) (came bool, err error) {
	err = w.rows("SELECT 1 FROM baton_messages WHERE run = ? AND seq > ? LIMIT 1", func(*row) error {
		came = true
		return nil
	}, id, after)
	return came, err
}

// restart empties the log of a run and replaces its input.
func (w *work) restart(t *target, l *lease, input store.Payload) error {
	w.change(t.run)
	w.unpend(t.id)
	w.drop(t, l)
	if err := w.deleteRecords(t.id); err != nil {
		return err
	}
	var facts []byte
	err := w.rows("SELECT facts FROM baton_facts WHERE run = ?", func(r *row) error {
		facts = r.blob(0)
		return nil
	}, t.id)
	if err != nil {
		return err
	}
	var r store.Run
	if !packed.ReadFacts(facts, &r) {
		return corrupt(t.run, "the facts cannot be read")
	}
	r.Input = input
	_, err = w.exec("UPDATE baton_facts SET facts = ? WHERE run = ?", packed.Facts(&r), t.id)
	return err
}
