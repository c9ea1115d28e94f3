package sqlite

import (
	"context"

	"github.com/baton-go/baton/durable/store"
)

// Commit makes writes: see [store.Store]. Writes that only append are one statement, which SQLite commits by itself;
// everything else is one transaction.
func (s *Store) Commit(ctx context.Context, writes []store.Write) ([]error, error) {
	var errs []error
	var e effects
	err := s.locked(ctx, func(c *conn) error {
		if err := s.tidy(ctx, c); err != nil {
			return err
		}
		w := newWork(s, c, &e)
		quick, err := w.allQuick(writes)
		if err != nil {
			return err
		}
		if quick {
			return s.appendAll(ctx, w, writes)
		}
		return s.transaction(ctx, c, &e, func(w *work) (err error) {
			errs, err = s.commit(ctx, w, writes)
			return err
		})
	})
	if err != nil {
		return nil, s.fail("commit", err)
	}
	s.Tell(e.notices...)
	return errs, nil
}

// allQuick tells whether all writes do nothing but append.
func (w *work) allQuick(writes []store.Write) (bool, error) {
	for i := range writes {
		if l, err := w.quick(&writes[i]); l == nil || err != nil {
			return false, err
		}
	}
	return true, nil
}

// appendAll makes writes that do nothing but append.
func (s *Store) appendAll(ctx context.Context, w *work, writes []store.Write) error {
	if _, err := s.commit(ctx, w, writes); err != nil {
		return err
	}
	err := s.patiently(ctx, w.flush)
	s.committed(w.effects, err)
	return err
}

// commit makes writes; errs is nil if none is refused.
func (s *Store) commit(ctx context.Context, w *work, writes []store.Write) (errs []error, err error) {
	for i := range writes {
		if err := alive(ctx); err != nil {
			return nil, err
		}
		refused, err := s.commitOne(w, &writes[i])
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

func (s *Store) commitOne(w *work, write *store.Write) (refused, err error) {
	l, err := w.quick(write)
	switch {
	case err != nil:
		return nil, err
	case l != nil:
		return nil, w.append(l, write)
	}
	if strays(write) {
		s.strayed.Store(true)
	}
	return w.apply(write)
}
