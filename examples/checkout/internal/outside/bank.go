package outside

import (
	"context"

	"github.com/baton-go/baton/examples/checkout/internal/order"
	"github.com/baton-go/baton/executor"
)

// charge sends the step's key along, which is the same in every attempt, in this process or any later one.
func (w *World) charge(ctx context.Context, a order.Charge) (payment string, err error) {
	key, err := executor.StepFrom(ctx).Key()
	if err != nil {
		return "", err
	}
	err = w.call(ctx, func() (err error) {
		payment, err = w.pay(ctx, key, a)
		return err
	})
	return payment, err
}

// pay is what the bank does: the same key is the same payment.
func (w *World) pay(ctx context.Context, key string, a order.Charge) (string, error) {
	if a.Card == "stolen" {
		return "", refuse(order.ErrDeclined)
	}
	var id int64
	err := w.db.QueryRowContext(ctx, `
		insert into payments (key, order_id, amount) values (?, ?, ?)
		on conflict do update set key = key returning rowid`, key, a.Order, a.Amount).Scan(&id)
	return number("pay", id), err
}

// refund needs no key: what was given back is not given back again.
func (w *World) refund(ctx context.Context, a order.Refund) error {
	return w.call(ctx, func() error {
		_, err := w.db.ExecContext(ctx, `update payments set refunded = 1 where order_id = ?`, a.Order)
		return err
	})
}

// Account is the shop's account at the bank.
type Account struct {
	Payments, Refunds int
	Balance           order.Money
}

// Account reads the bank's books.
func (w *World) Account(ctx context.Context) (a Account, err error) {
	err = w.db.QueryRowContext(ctx, `select count(*), coalesce(sum(refunded), 0),
		coalesce(sum(amount * (1 - refunded)), 0) from payments`).Scan(&a.Payments, &a.Refunds, &a.Balance)
	return a, err
}
