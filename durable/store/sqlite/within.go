package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// Within returns a store of which the methods are part of a transaction of [Store.DB]: what they do is there once, and
// only if, it is committed, together with what the user wrote; watchers are told then. tx is an *[sql.Tx] that is not
// read-only. Claim and Renew are refused, since a lease cannot wait for a commit. A method that returned an error may
// have done some of its work: the transaction is then to be rolled back. The result is used on one goroutine.
func (s *Store) Within(tx any) (store.Store, error) {
	t, ok := tx.(*sql.Tx)
	if !ok || t == nil {
		return nil, fmt.Errorf("store %q: an *sql.Tx is wanted, not a %T", s.path, tx)
	}
	in := &inner{s: s, tx: t}
	if err := in.do(context.Background(), "within", func(*work) error { return nil }); err != nil {
		return nil, err
	}
	return in, nil
}

// within calls f with the connection of a transaction.
func within(ctx context.Context, tx *sql.Tx, s *Store, f func(w *work) error) error {
	foreign := true
	_, err := tx.ExecContext(ctx, "-- for the store", call(func(c *conn) error {
		if c.store != s {
			return nil
		}
		foreign = false
		if !c.inside {
			return errors.New("the transaction is read-only")
		}
		return f(newWork(s, c, &c.effects))
	}))
	if foreign && !errors.Is(err, sql.ErrTxDone) && ctx.Err() == nil {
		return errors.New("the transaction is not one of the store's DB")
	}
	return err
}

// inner is a store within a transaction of the user.
type inner struct {
	s  *Store
	tx *sql.Tx
}

func (in *inner) do(ctx context.Context, operation string, f func(w *work) error) error {
	return in.s.fail(operation, within(ctx, in.tx, in.s, f))
}

// Create adds runs.
func (in *inner) Create(ctx context.Context, runs []store.Run) (made []store.Created, err error) {
	err = in.do(ctx, "create", func(w *work) (err error) {
		made, err = in.s.create(ctx, w, runs)
		return err
	})
	return made, err
}

// Claim is refused.
func (in *inner) Claim(context.Context, store.Claim) (store.Claimed, error) {
	return store.Claimed{}, in.s.fail("claim", errWithin)
}

// Renew is refused.
func (in *inner) Renew(context.Context, string, time.Duration) ([]store.Held, error) {
	return nil, in.s.fail("renew", errWithin)
}

var errWithin = errors.New("leases are not taken within a transaction")

// Commit makes writes.
func (in *inner) Commit(ctx context.Context, writes []store.Write) (errs []error, err error) {
	err = in.do(ctx, "commit", func(w *work) (err error) {
		errs, err = in.s.commit(ctx, w, writes)
		return err
	})
	return errs, err
}

// Send puts messages into inboxes.
func (in *inner) Send(ctx context.Context, messages []store.Message) (errs []error, err error) {
	err = in.do(ctx, "send", func(w *work) (err error) {
		errs, err = w.send(ctx, messages)
		return err
	})
	return errs, err
}

// Load returns a run as the transaction sees it.
func (in *inner) Load(ctx context.Context, id string, from store.Mark) (h store.History, err error) {
	err = in.do(ctx, "load", func(w *work) (err error) {
		h, err = in.s.load(context.WithoutCancel(ctx), w.conn, id, from)
		return err
	})
	return h, err
}

// List returns runs as the transaction sees them.
func (in *inner) List(ctx context.Context, q store.Query) (runs []store.Run, err error) {
	err = in.do(ctx, "list", func(w *work) (err error) {
		runs, err = in.s.list(context.WithoutCancel(ctx), w.conn, q)
		return err
	})
	return runs, err
}

// Delete removes runs that have finished.
func (in *inner) Delete(ctx context.Context, ids []string) (n int, err error) {
	err = in.do(ctx, "delete", func(w *work) (err error) {
		n, err = w.delete(ctx, ids)
		return err
	})
	return n, err
}
