package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/baton-go/baton/durable/store"
)

// Within returns a store of which the methods are part of a transaction: what they do is there once, and only if, it is
// committed, together with what the user wrote; watchers are told then. tx is a [pgx.Tx] of the store's database, from
// whatever pool. Runs that are written to stay locked until it ends, so it is to be short. Claim and Renew are refused,
// since a lease cannot wait for a commit. After an error the transaction is to be rolled back. The result is used on
// one goroutine.
func (s *Store) Within(tx any) (store.Store, error) {
	t, ok := tx.(pgx.Tx)
	if !ok {
		return nil, fmt.Errorf("store %q: a pgx.Tx is wanted, not a %T", s.config.Schema, tx)
	}
	const patience = 10 * time.Second
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	in := &inner{s, t}
	return in, in.do(ctx, "within", func(c *change) error {
		var id [16]byte
		if err := t.QueryRow(ctx, s.sql.Load().in("SELECT store FROM baton.baton_schema")).Scan(&id); err != nil {
			return err
		}
		if id != s.id {
			return errors.New("the transaction is one of another database")
		}
		return nil
	})
}

// inner is a store within a transaction of the user.
type inner struct {
	s  *Store
	tx pgx.Tx
}

func (in *inner) do(ctx context.Context, operation string, f func(c *change) error) error {
	leave, err := in.s.enter()
	if err != nil {
		return in.s.fail(operation, err)
	}
	defer leave()
	c := &change{s: in.s, sql: in.s.sql.Load(), ctx: ctx, q: in.tx, inner: true}
	if err = f(c); err == nil {
		err = c.tellWithin()
	}
	return in.s.fail(operation, interrupted(ctx, err))
}

// Create adds runs.
func (in *inner) Create(ctx context.Context, runs []store.Run) (made []store.Created, err error) {
	err = in.do(ctx, "create", func(c *change) (err error) {
		made, err = c.create(runs)
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
	err = in.do(ctx, "commit", func(c *change) (err error) {
		errs, err = c.commit(writes)
		return err
	})
	return errs, err
}

// Send puts messages into inboxes.
func (in *inner) Send(ctx context.Context, messages []store.Message) (errs []error, err error) {
	err = in.do(ctx, "send", func(c *change) (err error) {
		errs, err = c.sendAll(messages)
		return err
	})
	return errs, err
}

// Load returns a run as the transaction sees it.
func (in *inner) Load(ctx context.Context, id string, from store.Mark) (h store.History, err error) {
	err = in.do(ctx, "load", func(c *change) (err error) {
		h, err = c.load(id, from)
		return err
	})
	return h, err
}

// List returns runs as the transaction sees them.
func (in *inner) List(ctx context.Context, q store.Query) (runs []store.Run, err error) {
	err = in.do(ctx, "list", func(c *change) (err error) {
		runs, err = c.list(q)
		return err
	})
	return runs, err
}

// Delete removes runs that have finished.
func (in *inner) Delete(ctx context.Context, ids []string) (n int, err error) {
	err = in.do(ctx, "delete", func(c *change) (err error) {
		n, err = c.delete(ids)
		return err
	})
	return n, err
}
