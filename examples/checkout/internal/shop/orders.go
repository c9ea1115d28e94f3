package shop

import (
	"context"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/examples/checkout/internal/order"
)

// Take takes those of the orders that the shop has not taken before, and returns how many. An order is in the books if
// and only if its run is in the store: one transaction.
func (s *Shop) Take(ctx context.Context, rt durable.Starter, orders []order.Order) (taken int, err error) {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer func() { _ = tx.Rollback() }()
	for _, o := range orders {
		added, err := tx.ExecContext(ctx,
			`insert into orders values (?, ?, ?) on conflict do nothing`, o.ID, o.Item, o.Count)
		if err != nil {
			return 0, err
		}
		if n, err := added.RowsAffected(); err != nil || n == 0 {
			if err != nil {
				return 0, err
			}
			continue
		}
		if _, err := Checkout.StartTx(ctx, rt, tx, o, durable.WithID(o.ID)); err != nil {
			return 0, err
		}
		taken++
	}
	return taken, tx.Commit()
}
