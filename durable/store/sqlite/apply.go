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
	if write.State != nil && write.Restart != nil {
		if err := w.restart(t.id, *write.Restart); err != nil {
			return nil, err
		}
	}
	for i := range write.Records {
		if err := w.addRecord(t.id, &write.Records[i]); err != nil {
			return nil, err
		}
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

// accept says why the write is refused, if it is.
func (t *target) accept(w *store.Write) error {
	if err := t.fence(w.Epoch, w.State != nil); err != nil {
		return err
	}
	switch {
	case w.State != nil && t.revision != w.Revision:
		return store.ErrChanged
	}
	return nil
}

// replace replaces the state of a run.
func (w *work) replace(t *target, write *store.Write) error {
	s := *write.State
	owner, epoch, due := t.owner, t.epoch, s.Due
	if write.Release || s.Status.Finished() {
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
		epoch = ?, revision = revision + 1, state = ? WHERE id = ?`,
		int64(s.Status), micros(due), micros(s.Started), micros(s.Finished), micros(s.Expires), owner,
		epoch, packed.State(&s), t.id)
	if err != nil {
		return err
	}
	w.tell(store.Notice{
		Run: write.Run, Status: s.Status, Due: claimable(s.Status, due), Revision: t.revision + 1,
	})
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
func (w *work) restart(id int64, input store.Payload) error {
	if err := w.deleteRecords(id); err != nil {
		return err
	}
	var facts []byte
	var run string
	err := w.rows(`SELECT r.run, f.facts FROM baton_runs r LEFT JOIN baton_facts f ON f.run = r.id WHERE r.id = ?`,
		func(r *row) error {
			run = r.text(0)
			facts = r.blob(1)
			return nil
		}, id)
	if err != nil {
		return err
	}
	var r store.Run
	if !packed.ReadFacts(facts, &r) {
		return corrupt(run, "the facts cannot be read")
	}
	r.Input = input
	_, err = w.exec("UPDATE baton_facts SET facts = ? WHERE run = ?", packed.Facts(&r), id)
	return err
}
