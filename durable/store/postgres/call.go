package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// querier is a connection, or a transaction of the user's.
type querier interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// attempts is how often a call is made that the server has rolled back, or never heard of.
const attempts = 5

// call calls f with a connection. It is called again if what it did was undone for somebody else's sake, as a
// transaction is that is in a deadlock.
func (s *Store) call(ctx context.Context, operation string, f func(c *change) error) error {
	leave, err := s.enter()
	if err != nil {
		return s.fail(operation, err)
	}
	defer leave()
	for n := 1; ; n++ {
		err = s.once(ctx, f)
		if err == nil || n == attempts || ctx.Err() != nil || !undone(err) {
			return s.fail(operation, err)
		}
	}
}

func (s *Store) once(ctx context.Context, f func(c *change) error) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return interrupted(ctx, err)
	}
	defer conn.Release()
	c := &change{s: s, ctx: ctx, q: conn}
	if c.sql, err = s.planned(ctx, conn); err != nil {
		return interrupted(ctx, err)
	}
	if err = f(c); err == nil {
		s.tell(c.notices)
		return nil
	}
	const idle = 'I'
	if status := conn.Conn().PgConn().TxStatus(); status != idle && !conn.Conn().IsClosed() {
		const patience = 5 * time.Second
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		_, _ = conn.Exec(ctx, "ROLLBACK") // a connection that stays in a transaction is given up by the pool
	}
	return interrupted(ctx, err)
}

// undone tells whether what failed has surely had no effect, and may succeed if it is tried again at once.
func undone(err error) bool {
	const serializationFailure, deadlock = "40001", "40P01"
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code == serializationFailure || e.Code == deadlock
	}
	return pgconn.SafeToRetry(err)
}
