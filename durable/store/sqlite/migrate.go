package sqlite

import (
	"context"
	"database/sql/driver"
	"embed"
	"fmt"

	"github.com/baton-go/baton/durable/store"
)

//go:embed migrations/*.sql
var scripts embed.FS

// newest is the version of the schema that this library writes. The scripts have the versions as names.
const newest = 2

// known refuses schemas that a newer library wrote.
func known(version int) error {
	if version > newest {
		return fmt.Errorf("%w: its schema has version %d, the newest known is %d", store.ErrNewer, version, newest)
	}
	return nil
}

// migrate brings the schema to the newest version, in one transaction, and ends the leases of those who are dead: the
// lock says that nobody else lives.
func (s *Store) migrate(ctx context.Context) error {
	return sparing(func(spare *spared) error {
		return s.write(ctx, func(w *work) error { return s.upgrade(ctx, w, spare) })
	})
}

func (s *Store) upgrade(ctx context.Context, w *work, spare *spared) error {
	version, tables := 0, int64(0)
	err := w.rows("SELECT count(*), sum(name = 'baton_schema') FROM sqlite_schema",
		func(r *row) error {
			tables = r.int(0)
			if r.int(1) > 0 {
				version = -1
			}
			return nil
		})
	if err != nil {
		return err
	}
	if version < 0 {
		err := w.rows("SELECT version FROM baton_schema", func(r *row) error {
			version = int(r.int(0))
			return nil
		})
		if err != nil {
			return err
		}
		if err := known(version); err != nil {
			return err
		}
	}
	if tables == 0 {
		if err := w.script(fmt.Sprintf("PRAGMA application_id = %d", application)); err != nil {
			return err
		}
	}
	for v := version + 1; v <= newest; v++ {
		if err := alive(ctx); err != nil {
			return err
		}
		text, err := scripts.ReadFile(fmt.Sprintf("migrations/%04d.sql", v))
		if err != nil {
			return err
		}
		if err := w.script(string(text)); err != nil {
			return fmt.Errorf("migrate to schema %d: %w", v, err)
		}
	}
	if version < newest {
		if _, err := w.exec("UPDATE baton_schema SET version = ?", int64(newest)); err != nil {
			return err
		}
	}
	err = w.rows("SELECT min(run) FROM baton_strays", func(r *row) error {
		s.strayed.Store(r.values[0] != nil)
		return nil
	})
	if err != nil {
		return err
	}
	if err := w.recover(spare); err != nil {
		return err
	}
	_, err = w.exec("UPDATE baton_runs SET owner = '', due = ? WHERE owner <> ''", w.now.UnixMicro())
	return err
}

// script carries statements out that are not kept.
func (c *conn) script(text string) error {
	_, err := c.raw.(driver.ExecerContext).ExecContext(context.Background(), text, nil)
	return err
}
