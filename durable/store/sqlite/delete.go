package sqlite

import (
	"context"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/packed"
)

// Delete removes runs that have finished: see [store.Store].
func (s *Store) Delete(ctx context.Context, ids []string) (int, error) {
	n := 0
	err := s.write(ctx, func(w *work) (err error) {
		n, err = w.delete(ctx, ids)
		return err
	})
	if err != nil {
		return 0, s.fail("delete", err)
	}
	return n, nil
}

func (w *work) delete(ctx context.Context, ids []string) (int, error) {
	n := 0
	for _, run := range ids {
		if err := alive(ctx); err != nil {
			return 0, err
		}
		t, err := w.find(run)
		if err != nil {
			return 0, err
		}
		if t.id == 0 || !t.status.Finished() {
			continue
		}
		if err := w.deleteOne(t.id); err != nil {
			return 0, err
		}
		w.ended = append(w.ended, run)
		n++
	}
	return n, nil
}

func (w *work) deleteOne(id int64) error {
	var run store.Run
	readable := false
	err := w.rows("SELECT facts FROM baton_facts WHERE run = ?", func(r *row) error {
		readable = packed.ReadFacts(r.blob(0), &run)
		return nil
	}, id)
	if err != nil {
		return err
	}
	if !readable { // it can still be deleted, if slowly
		if _, err := w.exec("DELETE FROM baton_labels WHERE run = ?", id); err != nil {
			return err
		}
	}
	for name, value := range run.Labels {
		const query = "DELETE FROM baton_labels WHERE name = ? AND value = ? AND run = ?"
		if _, err := w.exec(query, name, value, id); err != nil {
			return err
		}
	}
	if err := w.deleteRecords(id); err != nil {
		return err
	}
	for _, query := range []string{
		"DELETE FROM baton_messages WHERE run = ?",
		"DELETE FROM baton_keys WHERE run = ?",
		"DELETE FROM baton_published WHERE run = ?",
		"DELETE FROM baton_facts WHERE run = ?",
		"DELETE FROM baton_runs WHERE id = ?",
	} {
		if _, err := w.exec(query, id); err != nil {
			return err
		}
	}
	return nil
}
