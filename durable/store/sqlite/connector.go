package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// connector opens connections that have the store's settings, and nothing but them: each is read back.
type connector struct {
	driver  driver.Driver
	dsn     string
	pragmas []pragma
	store   *Store // of the user's connections; nil for those of the store's own
}

// pragma is a setting, and what SQLite then says that it is.
type pragma struct{ name, set, is string }

// Connect opens a connection.
func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	raw, err := c.driver.Open(c.dsn)
	if err != nil {
		return nil, err
	}
	k := &conn{raw: raw, store: c.store, statements: map[string]driver.Stmt{}}
	// SQLite opens for reading what it may not write, and says nothing.
	readOnly, err := raw.(interface{ IsReadOnly(string) (bool, error) }).IsReadOnly("main")
	if err == nil && readOnly {
		err = errReadOnly
	}
	if err != nil {
		return nil, errors.Join(err, k.Close())
	}
	for _, p := range c.pragmas {
		if err := k.assert(ctx, p); err != nil {
			return nil, errors.Join(err, k.Close())
		}
	}
	return k, nil
}

var errReadOnly = fmt.Errorf("the file cannot be written: %w", fs.ErrPermission)

// Driver is that of the database.
func (c *connector) Driver() driver.Driver { return c.driver }

// assert makes a setting and reads it back.
func (c *conn) assert(ctx context.Context, p pragma) error {
	if _, err := c.raw.(driver.ExecerContext).ExecContext(ctx, "PRAGMA "+p.name+" = "+p.set, nil); err != nil {
		return fmt.Errorf("set %s: %w", p.name, err)
	}
	is := "nothing"
	err := c.once(ctx, "PRAGMA "+p.name, func(r *row) error {
		is = fmt.Sprint(r.values[0])
		return nil
	})
	if err != nil {
		return fmt.Errorf("read %s: %w", p.name, err)
	}
	if !strings.EqualFold(is, p.is) {
		return fmt.Errorf("%s was set to %s, but is %s", p.name, p.set, is)
	}
	return nil
}
