package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
)

// What database/sql does with a user's connection. Whatever may write goes through the store's gate first, so that it
// and the store take turns. A method of a driver's connection that is not here is not part of what database/sql calls.

// Prepare prepares a statement.
func (c *conn) Prepare(query string) (driver.Stmt, error) {
	return c.PrepareContext(context.Background(), query)
}

// PrepareContext prepares a statement.
func (c *conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	st, err := c.raw.(driver.ConnPrepareContext).PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return &statement{Stmt: st, conn: c}, nil
}

// Begin starts a transaction.
func (c *conn) Begin() (driver.Tx, error) { return c.BeginTx(context.Background(), driver.TxOptions{}) }

// BeginTx starts a transaction. One that is not read-only has the right to write from its beginning.
func (c *conn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	if c.store == nil || opts.ReadOnly {
		tx, err := c.raw.(driver.ConnBeginTx).BeginTx(ctx, opts)
		return tx, interrupted(ctx, err)
	}
	if err := c.store.pass(ctx); err != nil {
		return nil, err
	}
	c.inside = true
	raw, err := c.raw.(driver.ConnBeginTx).BeginTx(ctx, opts)
	if err != nil {
		c.left()
		return nil, interrupted(ctx, err)
	}
	if err := c.store.recollect(c); err != nil {
		defer c.left()
		return nil, errors.Join(err, raw.Rollback())
	}
	return &transaction{Tx: raw, conn: c}, nil
}

// ExecContext carries a statement out. A call is carried out with the connection instead.
func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if len(args) == 1 {
		if f, ok := args[0].Value.(call); ok {
			return driver.ResultNoRows, f(c)
		}
	}
	return c.alone(ctx, func() (driver.Result, error) {
		return c.raw.(driver.ExecerContext).ExecContext(ctx, query, args)
	})
}

// alone calls f in the gate.
func (c *conn) alone(ctx context.Context, f func() (driver.Result, error)) (driver.Result, error) {
	if c.store != nil && !c.inside {
		if err := c.store.pass(ctx); err != nil {
			return nil, err
		}
		defer c.store.gate.leave()
	}
	result, err := f()
	return result, interrupted(ctx, err)
}

// QueryContext asks for rows.
func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := c.raw.(driver.QueryerContext).QueryContext(ctx, query, args)
	return rows, interrupted(ctx, err)
}

// Ping tells whether the connection works.
func (c *conn) Ping(ctx context.Context) error { return c.raw.(driver.Pinger).Ping(ctx) }

// ResetSession makes the connection ready for its next user.
func (c *conn) ResetSession(ctx context.Context) error {
	if c.broken {
		return driver.ErrBadConn
	}
	return c.raw.(driver.SessionResetter).ResetSession(ctx)
}

// IsValid tells whether the connection may be used again.
func (c *conn) IsValid() bool { return !c.broken && c.raw.(driver.Validator).IsValid() }

// call is what a transaction of the user is asked to do with its connection: the argument of a statement that is never
// seen by the database.
type call func(c *conn) error

// CheckNamedValue lets calls through.
func (c *conn) CheckNamedValue(v *driver.NamedValue) error {
	if _, ok := v.Value.(call); ok {
		return nil
	}
	return driver.ErrSkip
}

// statement is one that was prepared by the user.
type statement struct {
	driver.Stmt
	conn *conn
}

// ExecContext carries the statement out.
func (s *statement) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	return s.conn.alone(ctx, func() (driver.Result, error) {
		return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
	})
}

// QueryContext asks for rows.
func (s *statement) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
	return rows, interrupted(ctx, err)
}

// transaction is one of the user's that may write.
type transaction struct {
	driver.Tx
	conn *conn
}

// Commit commits, and then tells what the store's operations in the transaction did.
func (t *transaction) Commit() error {
	err := t.Tx.Commit()
	e := t.conn.effects
	s := t.conn.store
	s.committedByUser(&e, err)
	t.conn.left()
	if err == nil {
		s.Tell(e.notices...)
	}
	return err
}

// Rollback undoes everything.
func (t *transaction) Rollback() error {
	defer t.conn.left()
	return t.Tx.Rollback()
}
