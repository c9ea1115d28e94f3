package shop

import (
	"context"
	"database/sql"
	"errors"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/examples/checkout/internal/order"
)

func ask(ctx context.Context, tx *sql.Tx, a order.AskManager) error {
	_, err := tx.ExecContext(ctx, `insert into desk values (?, ?)`, a.Order, a.Amount)
	return err
}

func withdraw(ctx context.Context, tx *sql.Tx, a order.Withdraw) error {
	_, err := tx.ExecContext(ctx, `delete from desk where order_id = ?`, a.Order)
	return err
}

// Asked returns the order that is on top of the manager's desk, and false if there is none.
func (s *Shop) Asked(ctx context.Context) (a order.AskManager, ok bool, err error) {
	err = s.db.QueryRowContext(ctx, `select order_id, amount from desk order by rowid limit 1`).Scan(&a.Order, &a.Amount)
	if errors.Is(err, sql.ErrNoRows) {
		return a, false, nil
	}
	return a, err == nil, err
}

// Answer takes the order off the desk and tells its run, both in one transaction: each is answered once. It is false if
// the order is not on the desk any more.
func (s *Shop) Answer(ctx context.Context, c *durable.Client, id string, answer order.Approval) (bool, error) {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return false, err
	}
	defer func() { _ = tx.Rollback() }()
	taken, err := tx.ExecContext(ctx, `delete from desk where order_id = ?`, id)
	if err != nil {
		return false, err
	}
	if n, err := taken.RowsAffected(); n == 0 {
		return false, err
	}
	within, err := c.Within(tx)
	if err != nil {
		return false, err
	}
	if err := within.Send(ctx, id, order.Approved, answer); err != nil && !errors.Is(err, durable.ErrFinished) {
		return false, err
	}
	return true, tx.Commit()
}
