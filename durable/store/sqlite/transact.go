package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
)

// Transact handles actions of type A with f, which writes to the user's own tables in the store's file. If the action
// is a step of a run, the record of the step is part of the same transaction: what f wrote is there if and only if the
// step is recorded, so that f takes effect exactly once, whatever crashes. Without a run it is a transaction and
// nothing else.
//
// If f returns an error, panics or exits its goroutine, everything is rolled back; the error is then recorded as that
// of any handler. f must not end tx. While it runs nobody else writes to the file, the store's other runs included: f
// is to write and return, and not to ask other machines anything. To start runs or to send messages it uses what
// [Store.Within] returns for tx; the store's own methods that write are refused under its context.
func Transact[A actions.Of[R], R any](
	s *Store, f func(ctx context.Context, tx *sql.Tx, a A) (R, error),
) executor.Handler {
	if s == nil || f == nil {
		panic("sqlite.Transact: the store or the function is nil")
	}
	return executor.On(func(ctx context.Context, a A) (R, error) {
		var result R
		err := s.transact(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
			result, err = f(ctx, tx, a)
			return err
		}, func() any { return result })
		return result, err
	})
}

// TransactVoid is [Transact] for actions without a result.
func TransactVoid[A actions.Of[actions.Void]](
	s *Store, f func(ctx context.Context, tx *sql.Tx, a A) error,
) executor.Handler {
	if f == nil {
		panic("sqlite.TransactVoid: the function is nil")
	}
	return Transact(s, func(ctx context.Context, tx *sql.Tx, a A) (none actions.Void, err error) {
		return none, f(ctx, tx, a)
	})
}

// errHolds is for a call that would wait for the transaction that its caller is in.
var errHolds = errors.New(
	"a transaction is under way in this context: use what Within returns for it, or call after it has ended")

type holdsKey struct{ store *Store }

// holds tells whether ctx is that of a transaction which has the store locked.
func holds(ctx context.Context, s *Store) bool {
	on, ok := ctx.Value(holdsKey{s}).(*atomic.Bool)
	return ok && on.Load()
}

// handlersMost is how many handlers wait for their transactions with a connection in their hands. There is only one
// transaction at a time.
const handlersMost = 4

// transact calls f in a transaction that also records the result.
func (s *Store) transact(ctx context.Context, f func(context.Context, *sql.Tx) error, result func() any) (err error) {
	leave, err := s.enter()
	if err != nil {
		return s.fail("transact", err)
	}
	defer leave()
	if holds(ctx, s) {
		return s.fail("transact", errHolds)
	}
	if err := s.handlers.take(ctx); err != nil {
		return s.fail("transact", err)
	}
	defer s.handlers.give()
	tx, err := s.users.BeginTx(ctx, nil)
	if err != nil {
		return s.fail("transact", err)
	}
	var on atomic.Bool
	on.Store(true)
	done := func(error) {}
	ended := errors.New("the handler ended without a result")
	defer func() {
		on.Store(false)
		if ended != nil {
			_ = tx.Rollback()
			done(ended)
		}
	}()
	if err := f(context.WithValue(ctx, holdsKey{s}, &on), tx); err != nil {
		ended = err
		return err
	}
	if recorder, ok := store.RecorderFrom(ctx); ok {
		write, tell, err := recorder.Record(ctx, result())
		if err != nil {
			ended = err
			return err
		}
		done = tell
		if err := s.record(ctx, tx, write); err != nil {
			ended = s.fail("transact", interrupted(ctx, err))
			return ended
		}
	}
	if err := tx.Commit(); err != nil {
		ended = s.fail("transact", uncertain(interrupted(ctx, err)))
		return ended
	}
	ended = nil
	done(nil)
	return nil
}

// record makes the write of the recorder in the transaction.
func (s *Store) record(ctx context.Context, tx *sql.Tx, write store.Write) error {
	return within(ctx, tx, s, func(w *work) error {
		errs, err := s.commit(context.WithoutCancel(ctx), w, []store.Write{write})
		if err == nil && errs != nil {
			err = errs[0]
		}
		return err
	})
}

// uncertain wraps ErrUnknown if the transaction may have been committed nevertheless.
func uncertain(err error) error {
	if nothingCommitted(code(err)) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, sql.ErrTxDone) {
		return err
	}
	return fmt.Errorf("%w: %w", store.ErrUnknown, err)
}
