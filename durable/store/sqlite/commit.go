package sqlite

import (
	"context"

	"github.com/baton-go/baton/durable/store"
)

// Commit makes writes: see [store.Store]. A write that only adds one record is one statement, which SQLite commits by
// itself; everything else is one transaction.
func (s *Store) Commit(ctx context.Context, writes []store.Write) ([]error, error) {
	var errs refusals
	var err error
	if len(writes) == 1 && onlyRecords(&writes[0]) && len(writes[0].Records) == 1 {
		err = s.locked(ctx, func(c *conn) error {
			return s.patiently(ctx, func() error {
				errs = nil
				return s.commit(ctx, newWork(c, nil), writes, &errs)
			})
		})
	} else {
		err = s.write(ctx, func(w *work) error { return s.commit(ctx, w, writes, &errs) })
	}
	if err != nil {
		return nil, s.fail("commit", err)
	}
	return errs, nil
}

// onlyRecords tells whether the write does nothing but append under a lease records that have places.
func onlyRecords(w *store.Write) bool {
	return w.State == nil && w.Published == nil && len(w.Consumed) == 0 && len(w.Send) == 0 &&
		len(w.Records) > 0 && !strays(w)
}

// refusals are the errors of single items, by their places.
type refusals []error

func (r *refusals) add(at, of int, err error) {
	if *r == nil {
		*r = make([]error, of)
	}
	(*r)[at] = err
}

func (s *Store) commit(ctx context.Context, w *work, writes []store.Write, errs *refusals) error {
	a := appends{work: w, leases: &s.leases, refuse: func(at int, err error) { errs.add(at, len(writes), err) }}
	for i := range writes {
		if err := alive(ctx); err != nil {
			return err
		}
		if onlyRecords(&writes[i]) {
			if err := a.add(i, &writes[i]); err != nil {
				return err
			}
			continue
		}
		if strays(&writes[i]) {
			s.strayed.Store(true)
		}
		if err := a.flush(); err != nil {
			return err
		}
		refused, err := w.apply(&writes[i])
		if err != nil {
			return err
		}
		if refused != nil {
			errs.add(i, len(writes), refused)
		}
	}
	return a.flush()
}
