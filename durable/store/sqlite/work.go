package sqlite

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// work is one transaction of the store, on a connection of its own or within a transaction of the user.
type work struct {
	*conn
	store *Store
	now   time.Time
	inner bool // the transaction is one of the user's
	odd   map[string]bool
	*effects
}

// change says that the transaction changes the lease of a run, or replaces its log.
func (w *work) change(run string) {
	if w.odd == nil {
		w.odd = map[string]bool{}
	}
	w.odd[run] = true
}

func (w *work) changed(run string) bool { return w.odd[run] }

// effects are what becomes true when the transaction is committed.
type effects struct {
	begun   []*lease
	ended   []string
	notices []store.Notice
	settled []*lease // nothing in the tail is of them any more
	cleared bool     // the tail is empty, but for the row
	// row is the new row of the tail, of that size, or 0; pending is what is in it, or will be, and of which leases.
	row, size int64
	pending   []entry
	pendingOf []*lease
}

func (e *effects) tell(n store.Notice) { e.notices = append(e.notices, n) }

func newWork(s *Store, c *conn, e *effects) *work {
	return &work{conn: c, store: s, now: now(), inner: c.store != nil, effects: e}
}

// rows calls f with each row of the query's result. It is not interrupted.
func (w *work) rows(query string, f func(r *row) error, args ...any) error {
	return w.each(context.Background(), query, f, args...)
}

// alive returns why a call is not to go on.
func alive(ctx context.Context) error {
	if ctx.Err() != nil {
		return ended(ctx)
	}
	return nil
}

// ended is the error of a context that has ended, and its cause.
func ended(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if errors.Is(cause, err) {
		return cause
	}
	return fmt.Errorf("%w: %w", err, cause)
}

// now is the time as it is stored. It has no monotonic part.
func now() time.Time { return wall(time.Now()) }

// write makes one transaction on the connection that writes.
func (s *Store) write(ctx context.Context, f func(w *work) error) error {
	var e effects
	err := s.locked(ctx, func(c *conn) error { return s.transaction(ctx, c, &e, f) })
	if err == nil {
		s.Tell(e.notices...)
	}
	return err
}

// transaction makes one transaction. It is used within the gate.
func (s *Store) transaction(ctx context.Context, c *conn, e *effects, f func(w *work) error) error {
	w := newWork(s, c, e)
	err := s.patiently(ctx, func() error { return run(c, "BEGIN IMMEDIATE") })
	if err == nil {
		err = f(w)
	}
	if err == nil && w.row == 0 {
		err = w.flush()
	}
	if err == nil {
		err = run(c, "COMMIT")
		s.committed(e, err)
	}
	if err != nil {
		c.rollback()
	}
	return err
}

// locked calls f with the connection that writes, while nobody else in this process does.
func (s *Store) locked(ctx context.Context, f func(c *conn) error) error {
	leave, err := s.enter()
	if err != nil {
		return err
	}
	defer leave()
	if err := s.pass(ctx); err != nil {
		return err
	}
	defer s.gate.leave()
	return use(context.WithoutCancel(ctx), s.writers, func(c *conn) error {
		if err := s.recollect(c); err != nil {
			return err
		}
		err := f(c)
		s.checkpoints.after(c)
		return err
	})
}

// pass goes through the gate, unless ctx is that of a transaction which is in it.
func (s *Store) pass(ctx context.Context) error {
	if holds(ctx, s) {
		return errHolds
	}
	return s.gate.pass(ctx)
}

// patiently repeats f while another program has the file locked.
func (s *Store) patiently(ctx context.Context, f func() error) error {
	until := time.Now().Add(s.config.BusyTimeout)
	for {
		err := f()
		switch {
		case !busy(err):
			return err
		case ctx.Err() != nil:
			return ended(ctx)
		case time.Now().After(until):
			return fmt.Errorf("another program has had the file locked for %s: %w", s.config.BusyTimeout, err)
		}
	}
}

func run(c *conn, query string) error {
	_, err := c.exec(query)
	return err
}

// rollback ends a transaction that may have been rolled back already. A connection that stays in one is given up.
func (c *conn) rollback() {
	if err := run(c, "ROLLBACK"); err != nil && !strings.Contains(err.Error(), "no transaction is active") {
		c.broken = true
	}
}
