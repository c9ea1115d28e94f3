package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Backup writes the database, as it is at one moment, to a new file at the path, the user's tables too. Others read and
// write meanwhile. The file is there as a whole or not at all, and it is on the disk when Backup returns; an existing
// one is left alone, and is an error. To restore a backup, open it: the runs that were under way in it are due at once,
// and do again what was done after the backup.
func (s *Store) Backup(ctx context.Context, path string) error {
	leave, err := s.enter()
	if err != nil {
		return s.fail("back up", err)
	}
	defer leave()
	return s.fail("back up", s.backup(ctx, path))
}

func (s *Store) backup(ctx context.Context, path string) (err error) {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		if err == nil {
			err = fmt.Errorf("%q: %w", path, fs.ErrExist)
		}
		return err
	}
	partial := path + "-partial"
	if err := os.Remove(partial); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ignoreMissing(os.Remove(partial)))
		}
	}()
	err = use(ctx, s.users, func(c *conn) error {
		// Without the gate: it only reads.
		_, err := c.raw.(driver.ExecerContext).ExecContext(ctx, "VACUUM INTO ?", c.bind([]any{partial}))
		return err
	})
	if err != nil {
		return err
	}
	if err := syncFile(partial); err != nil {
		return err
	}
	if err := os.Rename(partial, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
