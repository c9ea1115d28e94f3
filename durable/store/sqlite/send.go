package sqlite

import (
	"context"
	"time"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/packed"
)

// Send puts messages into inboxes: see [store.Store].
func (s *Store) Send(ctx context.Context, messages []store.Message) ([]error, error) {
	var errs []error
	err := s.write(ctx, func(w *work) (err error) {
		errs, err = w.send(ctx, messages)
		return err
	})
	if err != nil {
		return nil, s.fail("send", err)
	}
	return errs, nil
}

func (w *work) send(ctx context.Context, messages []store.Message) ([]error, error) {
	errs := make([]error, len(messages))
	for i := range messages {
		if err := alive(ctx); err != nil {
			return nil, err
		}
		var err error
		if errs[i], err = w.sendOne(&messages[i]); err != nil {
			return nil, err
		}
	}
	return errs, nil
}

// sendOne puts a message into an inbox; refused says why it is not.
func (w *work) sendOne(m *store.Message) (refused, err error) {
	to, err := w.find(m.Run)
	switch {
	case err != nil:
		return nil, err
	case to.id == 0:
		return store.ErrNotFound, nil
	case to.status.Finished():
		return store.ErrFinished, nil
	}
	if m.Key != "" {
		n, err := w.exec("INSERT OR IGNORE INTO baton_keys (run, key) VALUES (?, ?)", to.id, m.Key)
		if err != nil || n == 0 {
			return nil, err
		}
	}
	if to.status == store.Waiting && to.owner == "" && (to.due.IsZero() || to.due.After(w.now)) {
		to.due = w.now
		_, err = w.exec("UPDATE baton_runs SET seq = seq + 1, due = ? WHERE id = ?", w.now.UnixMicro(), to.id)
	} else {
		_, err = w.exec("UPDATE baton_runs SET seq = seq + 1 WHERE id = ?", to.id)
	}
	if err != nil {
		return nil, err
	}
	const insert = "INSERT INTO baton_messages (run, seq, data) VALUES (?, ?, ?)"
	if _, err = w.exec(insert, to.id, to.seq+1, packed.Message(m)); err != nil {
		return nil, err
	}
	w.tell(store.Notice{Run: m.Run, Status: to.status, Due: to.due, Sent: true, Revision: to.revision})
	return nil, nil
}

// target is what a write depends on.
type target struct {
	run      string
	id       int64 // 0: there is no such run
	status   store.Status
	due      time.Time // zero: none, or leased
	owner    string
	epoch    int64
	revision int64
	seq      int64
	queue    string
	settled  int64 // up to this row the tail has nothing of the run; negative: see migrate.go
}

const selectTarget = "SELECT id, run, status, due, owner, epoch, revision, seq, settled, queue FROM baton_runs "

// find looks a run up.
func (w *work) find(run string) (target, error) { return w.target(selectTarget+"WHERE run = ?", run) }

// findRow looks up the run of a row.
func (w *work) findRow(id int64) (target, error) { return w.target(selectTarget+"WHERE id = ?", id) }

func (w *work) target(query string, arg any) (t target, err error) {
	err = w.rows(query, func(r *row) error {
		t = target{
			id: r.int(0), run: r.text(1), status: store.Status(r.int(2)), due: r.time(3), owner: r.text(4),
			epoch: r.int(5), revision: r.int(6), seq: r.int(7), settled: r.int(8), queue: r.text(9),
		}
		return nil
	}, arg)
	return t, err
}
