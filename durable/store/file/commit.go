package file

import (
	"context"

	"github.com/baton-go/baton/durable/store"
)

// Create adds runs: see [store.Store].
func (s *Store) Create(ctx context.Context, runs []store.Run) (created []store.Created, err error) {
	err = s.change(ctx, "create", func(t *transaction) error {
		created = make([]store.Created, len(runs))
		for i := range runs {
			id := runs[i].ID
			found := t.get(id)
			if found == nil {
				c := t.change(id)
				c.after = newRun(&runs[i])
				c.lasting, c.created = true, true
				t.tell(c.after, "", false)
				found, created[i].New = c.after, true
			}
			created[i].Run = cloneRun(&found.Run.Run)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return created, nil
}

// Commit makes writes: see [store.Store]. A write that has neither an Epoch nor a State is refused with ErrFenced.
func (s *Store) Commit(ctx context.Context, writes []store.Write) (errs []error, err error) {
	err = s.change(ctx, "commit", func(t *transaction) error {
		errs = nil
		for i := range writes {
			refused, err := t.write(&writes[i])
			if err != nil {
				return err
			}
			if refused != nil {
				errs = setError(errs, len(writes), i, refused)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return errs, nil
}

func setError(errs []error, n, i int, err error) []error {
	if errs == nil {
		errs = make([]error, n)
	}
	errs[i] = err
	return errs
}

func (t *transaction) write(w *store.Write) (refused, err error) {
	r := t.get(w.Run)
	if r == nil {
		return store.ErrNotFound, nil
	}
	if refused := w.Refused(r.Run.Run.Status, r.Run.Run.Lease); refused != nil {
		return refused, nil
	}
	c := t.change(w.Run)
	if !c.after.known && len(w.Records) > 0 && w.Restart == nil {
		if _, err := t.store.know(c.after); err != nil {
			return nil, err
		}
	}
	if err := c.after.write(cloneWrite(w), t.now); err != nil {
		return err, nil
	}
	c.lasting = true
	c.published = c.published || w.Published != nil
	c.consumed = append(c.consumed, w.Consumed...)
	if w.State != nil {
		t.tell(c.after, r.Run.Run.Owner, false)
	}
	for i := range w.Send {
		_ = t.send(&w.Send[i]) // those to runs that are not there are dropped
	}
	return nil, nil
}

// Send puts messages into inboxes: see [store.Store].
func (s *Store) Send(ctx context.Context, messages []store.Message) (errs []error, err error) {
	err = s.change(ctx, "send", func(t *transaction) error {
		errs = nil
		for i := range messages {
			if err := t.send(&messages[i]); err != nil {
				errs = setError(errs, len(messages), i, err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return errs, nil
}

func (t *transaction) send(m *store.Message) error {
	r := t.get(m.Run)
	switch {
	case r == nil:
		return store.ErrNotFound
	case r.Run.Run.Status.Finished():
		return store.ErrFinished
	case m.Key != "" && r.Keys[m.Key]:
		return nil
	}
	c := t.change(m.Run)
	sent, err := c.after.send(cloneMessage(m), t.now)
	if err != nil || !sent {
		return err
	}
	c.lasting = true
	c.sent = append(c.sent, c.after.Messages[len(c.after.Messages)-1])
	t.tell(c.after, "", true)
	return nil
}

// Delete removes runs that have finished: see [store.Store].
func (s *Store) Delete(ctx context.Context, ids []string) (deleted int, err error) {
	err = s.change(ctx, "delete", func(t *transaction) error {
		deleted = 0
		for _, id := range ids {
			if r := t.get(id); r != nil && r.Run.Run.Status.Finished() {
				c := t.change(id)
				c.after, c.lasting = nil, true
				deleted++
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return deleted, nil
}
