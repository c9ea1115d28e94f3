package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	driver "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"

	"github.com/baton-go/baton/durable/store"
)

// code is the primary result code that SQLite gave, or 0.
func code(err error) int {
	if e, ok := errors.AsType[*driver.Error](err); ok {
		return e.Code() & 0xff
	}
	return 0
}

func busy(err error) bool {
	c := code(err)
	return c == codes.SQLITE_BUSY || c == codes.SQLITE_LOCKED
}

// interrupted says that the context has ended where the driver may say no more than that a statement was interrupted,
// and database/sql no more than that there is no transaction any more.
func interrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil && (code(err) == codes.SQLITE_INTERRUPT || errors.Is(err, sql.ErrTxDone)) {
		return ended(ctx)
	}
	return err
}

// explain says what SQLite's result means where its own words are few.
func explain(err error) error {
	switch code(err) {
	case codes.SQLITE_CORRUPT, codes.SQLITE_NOTADB:
		return fmt.Errorf("%w: %w", store.ErrCorrupt, err)
	case codes.SQLITE_FULL:
		return fmt.Errorf("no space is left: %w", err)
	case codes.SQLITE_READONLY:
		return fmt.Errorf("the file cannot be written: %w", err)
	}
	return err
}

// nothingCommitted tells whether a commit that failed with this code has surely left no trace. After an error of the
// disk the transaction may be found complete when the file is opened again.
func nothingCommitted(code int) bool {
	return code != 0 && code != codes.SQLITE_IOERR && code != codes.SQLITE_CORRUPT
}

// fail says which operation on which store failed.
func (s *Store) fail(operation string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("store %q: %s: %w", s.path, operation, explain(err))
}

// corrupt is the error for what cannot be read of a run.
func corrupt(run, format string, args ...any) error {
	return fmt.Errorf("%w: run %q: %s", store.ErrCorrupt, run, fmt.Sprintf(format, args...))
}
