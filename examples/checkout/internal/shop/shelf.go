package shop

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/baton-go/baton/examples/checkout/internal/order"
	"github.com/baton-go/baton/executor"
)

// reserve need not look whether it was carried out before: if it was, that is on record, and it is not called. Its
// error rolls back what it wrote, so that it can say for certain that nothing was done.
func reserve(ctx context.Context, tx *sql.Tx, a order.Reserve) (price order.Money, err error) {
	err = tx.QueryRowContext(ctx,
		`update shelf set count = count - ?1 where item = ?2 and count >= ?1 returning price`, a.Count, a.Item).Scan(&price)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("%d × %s: %w: %w", a.Count, a.Item, order.ErrSoldOut, executor.ErrNotDone)
	}
	if err != nil {
		return 0, err
	}
	_, err = tx.ExecContext(ctx, `insert into reserved values (?, ?, ?)`, a.Order, a.Item, a.Count)
	return price * order.Money(a.Count), err
}

// release tolerates that nothing is reserved: the saga undoes whatever may have happened.
func release(ctx context.Context, tx *sql.Tx, a order.Release) error {
	var item string
	var count int
	err := tx.QueryRowContext(ctx,
		`delete from reserved where order_id = ? returning item, count`, a.Order).Scan(&item, &count)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `update shelf set count = count + ? where item = ?`, count, item)
	return err
}
