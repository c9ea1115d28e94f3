package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/baton-go/baton/durable/store"
)

// code is the SQLSTATE that the server gave, or "".
func code(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

// explain says what the server's error means where its own words do not help.
func explain(err error) error {
	for _, known := range []struct{ code, says string }{
		{"25006", "the server is read-only: a standby, or a database that was made so"},
		{"42501", "the user may not do this"},
		{"42P01", "a table of the store is missing"},
		{"42703", "a table of the store has other columns"},
		{"3F000", "the schema is missing"},
		{"53100", "no space is left"},
		{"53300", "the server has no connection left"},
		{"54000", "a name is too long to be found again: 2,500 bytes are always short enough"},
		{"57P01", "the server is shutting down"},
		{"57P02", "the server has crashed"},
		{"57P03", "the server is starting up"},
	} {
		if code(err) == known.code {
			return fmt.Errorf("%s: %w", known.says, err)
		}
	}
	return err
}

// fail says which operation on which store failed.
func (s *Store) fail(operation string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("store %q: %s: %w", s.config.Schema, operation, explain(err))
}

// interrupted says why the context has ended that ended a call.
func interrupted(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil {
		return err
	}
	why := context.Cause(ctx)
	if !errors.Is(err, ctx.Err()) {
		err = fmt.Errorf("%w: %w", ctx.Err(), err)
	}
	if errors.Is(err, why) {
		return err
	}
	return fmt.Errorf("%w: %w", why, err)
}

// nothingCommitted tells whether a commit that failed has surely left no trace: the server said so, and lives on.
func nothingCommitted(err error) bool {
	if errors.Is(err, pgx.ErrTxCommitRollback) || errors.Is(err, pgx.ErrTxClosed) || pgconn.SafeToRetry(err) {
		return true
	}
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && e.SeverityUnlocalized == "ERROR"
}

// uncertain wraps ErrUnknown if the transaction may have been committed nevertheless.
func uncertain(err error) error {
	if nothingCommitted(err) {
		return err
	}
	return fmt.Errorf("%w: %w", store.ErrUnknown, err)
}

// corrupt is the error for what cannot be read of a run.
func corrupt(run, format string, args ...any) error {
	return fmt.Errorf("%w: run %q: %s", store.ErrCorrupt, run, fmt.Sprintf(format, args...))
}
