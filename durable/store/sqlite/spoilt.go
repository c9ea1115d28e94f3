package sqlite

import (
	"context"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/packed"
)

// spoilt is a run that is due, but of which something cannot be read.
type spoilt struct {
	candidate
	err error
}

// block takes runs out of the way of others that cannot be read: they are blocked, with the reason, until somebody
// mends or removes them. Nothing of them is removed but a state that cannot be read.
func (s *Store) block(ctx context.Context, all []spoilt) error {
	if len(all) == 0 {
		return nil
	}
	return s.write(ctx, func(w *work) error {
		for i := range all {
			r := &all[i].history.Run
			r.Reason = all[i].err.Error()
			if err := w.settleOwned(r.ID); err != nil {
				return err
			}
			const update = `UPDATE baton_runs SET status = 7, due = NULL, owner = '', epoch = epoch + 1,
				revision = revision + 1, state = ? WHERE id = ? AND revision = ?`
			n, err := w.exec(update, packed.State(&r.State), all[i].id, r.Revision)
			if err != nil {
				return err
			}
			if n > 0 {
				w.ended = append(w.ended, r.ID)
				n := store.Notice{Run: r.ID, Status: store.Blocked, Revision: r.Revision + 1}
				if r.Owner != "" {
					n.Freed, n.Queue = true, r.Queue
				}
				w.tell(n)
			}
		}
		return nil
	})
}
