package sqlite

import (
	"context"

	"github.com/baton-go/baton/durable/store"
)

// Commit makes writes: see [store.Store]. A write that only adds one record is one statement, which SQLite commits by
// itself; everything else is one transaction.
func (s *Store) Commit(ctx context.Context, writes []store.Write) ([]error, error) {
	var errs []error
	var err error
	if len(writes) == 1 && onlyRecords(&writes[0]) && len(writes[0].Records) == 1 {
		err = s.locked(ctx, func(c *conn) error {
			return s.patiently(ctx, func() (err error) {
				errs, err = s.commit(ctx, newWork(c, nil), writes)
				return err
			})
		})
	} else {
		err = s.write(ctx, func(w *work) (err error) {
			errs, err = s.commit(ctx, w, writes)
			return err
		})
	}
	if err != nil {
		return nil, s.fail("commit", err)
	}
	return errs, nil
}

// commit makes writes; errs is nil if none is refused.
func (s *Store) commit(ctx context.Context, w *work, writes []store.Write) (errs []error, err error) {
	for i := range writes {
		if err := alive(ctx); err != nil {
			return nil, err
		}
		var refused error
		if onlyRecords(&writes[i]) {
			refused, err = w.append(&s.leases, &writes[i])
		} else {
			if strays(&writes[i]) {
				s.strayed.Store(true)
			}
			refused, err = w.apply(&writes[i])
		}
		if err != nil {
			return nil, err
		}
		if refused != nil {
			if errs == nil {
				errs = make([]error, len(writes))
			}
			errs[i] = refused
		}
	}
	return errs, nil
}
