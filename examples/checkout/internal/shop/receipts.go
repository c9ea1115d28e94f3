package shop

import (
	"context"
	"database/sql"

	"github.com/baton-go/baton/examples/checkout/internal/order"
)

func issue(ctx context.Context, tx *sql.Tx, a order.Issue) error {
	r := a.Receipt
	_, err := tx.ExecContext(ctx, `insert into receipts values (?, ?, ?, ?, ?)`,
		r.Order, r.Total(), r.Payment, r.Carrier, r.Parcel)
	return err
}

func annul(ctx context.Context, tx *sql.Tx, a order.Annul) error {
	_, err := tx.ExecContext(ctx, `delete from receipts where order_id = ?`, a.Order)
	return err
}
