package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"

	"github.com/baton-go/baton/durable/store"
)

// conn is a connection. It keeps the statements that were prepared on it, and it is what transactions of the user have
// in common with those of the store: the methods of the store's operations work on either.
type conn struct {
	raw        driver.Conn
	statements map[string]driver.Stmt
	args       []driver.NamedValue
	broken     bool // it is not to be used any more

	// Of the user's connections only:
	store   *Store
	inside  bool    // a transaction of the connection is in the gate
	effects effects // of the store's operations in the transaction
}

// exec carries a statement out and returns how many rows it changed. It is not interrupted.
func (c *conn) exec(query string, args ...any) (int64, error) {
	r, err := c.execute(query, args)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

func (c *conn) execute(query string, args []any) (driver.Result, error) {
	st, err := c.statement(query)
	if err != nil {
		return nil, err
	}
	return st.(driver.StmtExecContext).ExecContext(context.Background(), c.bind(args))
}

// insert adds a row and returns its id, or 0 if it was there already. It is not interrupted.
//
// To have the statement return the id would cost a copy of each page that it changes, since SQLite has what follows an
// insertion carried out like a trigger.
func (c *conn) insert(query string, args ...any) (int64, error) {
	r, err := c.execute(query, args)
	if err != nil {
		return 0, err
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		return 0, err
	}
	return r.LastInsertId()
}

// each calls f with each row of the query's result; f may keep the values, but not the slice. It may use the
// connection, but not for the same query.
func (c *conn) each(ctx context.Context, query string, f func(r *row) error, args ...any) error {
	st, err := c.statement(query)
	if err != nil {
		return err
	}
	rows, err := st.(driver.StmtQueryContext).QueryContext(ctx, c.bind(args))
	if err != nil {
		return err
	}
	return drain(ctx, rows, f)
}

// once is each for a query that is hardly ever made again.
func (c *conn) once(ctx context.Context, query string, f func(r *row) error, args ...any) error {
	rows, err := c.raw.(driver.QueryerContext).QueryContext(ctx, query, c.bind(args))
	if err != nil {
		return err
	}
	return drain(ctx, rows, f)
}

func drain(ctx context.Context, rows driver.Rows, f func(r *row) error) (err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	r := row{values: make([]driver.Value, len(rows.Columns()))}
	for {
		switch err := rows.Next(r.values); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if err := f(&r); err != nil {
			return err
		}
		if r.odd {
			return fmt.Errorf("%w: a value has not the type of its column", store.ErrCorrupt)
		}
		if ctx.Err() != nil {
			return ended(ctx)
		}
	}
}

func (c *conn) statement(query string) (driver.Stmt, error) {
	if st, ok := c.statements[query]; ok {
		return st, nil
	}
	st, err := c.raw.Prepare(query)
	if err != nil {
		return nil, err
	}
	c.statements[query] = st
	return st, nil
}

func (c *conn) bind(args []any) []driver.NamedValue {
	c.args = c.args[:0]
	for i, a := range args {
		c.args = append(c.args, driver.NamedValue{Ordinal: i + 1, Value: a})
	}
	return c.args
}

// Close closes the connection, and rolls back a transaction of it.
func (c *conn) Close() error {
	var errs []error
	for _, st := range c.statements {
		errs = append(errs, st.Close())
	}
	errs = append(errs, c.raw.Close())
	c.left()
	return errors.Join(errs...)
}

// left tells that the transaction has ended.
func (c *conn) left() {
	if c.inside {
		c.inside, c.effects = false, effects{}
		c.store.gate.leave()
	}
}
