package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
)

// Transact handles actions of type A with f, which writes to the user's own tables in the store's database. If the
// action is a step of a run, the record of the step is part of the same transaction: what f wrote is there if and only
// if the step is recorded, so that f takes effect exactly once, whatever crashes. Without a run it is a transaction and
// nothing else. Its isolation is READ COMMITTED.
//
// If f returns an error, panics or exits its goroutine, everything is rolled back; the error is then recorded as that
// of any handler. f must not end tx. It has a connection of the pool, of which one is always left to the store; so many
// handlers as there are others run at a time. To start runs or to send messages as part of the transaction f uses what
// [Store.Within] returns for tx.
func Transact[A actions.Of[R], R any](
	s *Store, f func(ctx context.Context, tx pgx.Tx, a A) (R, error),
) executor.Handler {
	if s == nil || f == nil {
		panic("postgres.Transact: the store or the function is nil")
	}
	return executor.On(func(ctx context.Context, a A) (R, error) {
		var result R
		err := s.transact(ctx, func(ctx context.Context, tx pgx.Tx) (err error) {
			result, err = f(ctx, tx, a)
			return err
		}, func() any { return result })
		return result, err
	})
}

// TransactVoid is [Transact] for actions without a result.
func TransactVoid[A actions.Of[actions.Void]](
	s *Store, f func(ctx context.Context, tx pgx.Tx, a A) error,
) executor.Handler {
	if f == nil {
		panic("postgres.TransactVoid: the function is nil")
	}
	return Transact(s, func(ctx context.Context, tx pgx.Tx, a A) (none actions.Void, err error) {
		return none, f(ctx, tx, a)
	})
}

// transact calls f in a transaction that also records the result.
func (s *Store) transact(ctx context.Context, f func(context.Context, pgx.Tx) error, result func() any) (err error) {
	leave, err := s.enter()
	if err != nil {
		return s.fail("transact", err)
	}
	defer leave()
	if err := s.handlers.take(ctx); err != nil {
		return s.fail("transact", err)
	}
	defer s.handlers.give()
	tx, err := s.pool.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.ReadCommitted})
	if err != nil {
		return s.fail("transact", interrupted(ctx, err))
	}
	done := func(error) {}
	ended := errors.New("the handler ended without a result")
	defer func() {
		if ended != nil {
			const patience = 5 * time.Second
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
			defer cancel()
			_ = tx.Rollback(ctx)
			done(ended)
		}
	}()
	if err := f(ctx, tx); err != nil {
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
		if err := record(ctx, s, tx, write); err != nil {
			ended = s.fail("transact", interrupted(ctx, err))
			return ended
		}
	}
	if err := tx.Commit(ctx); err != nil {
		ended = s.fail("transact", uncertain(interrupted(ctx, err)))
		return ended
	}
	ended = nil
	done(nil)
	return nil
}

// record makes the write of the recorder in the transaction.
func record(ctx context.Context, s *Store, tx pgx.Tx, write store.Write) error {
	c := &change{s: s, sql: s.sql.Load(), ctx: ctx, q: tx, inner: true}
	errs, err := c.commit([]store.Write{write})
	if err == nil && errs != nil {
		err = errs[0]
	}
	if err == nil {
		err = c.tellWithin()
	}
	return err
}
