package outside

import (
	"context"

	"github.com/baton-go/baton/examples/checkout/internal/order"
	"github.com/baton-go/baton/executor"
)

// Carriers are the carriers that there are. The snail is the cheapest, and nobody has ever heard its answer.
func Carriers() []string { return []string{"swift", "mule", "snail"} }

func (w *World) quote(ctx context.Context, a order.Quote) (price order.Money, err error) {
	if a.Carrier == "snail" {
		<-ctx.Done()
		return 0, context.Cause(ctx)
	}
	err = w.call(ctx, func() error {
		if a.To == "the Moon" {
			return refuse(order.ErrUndeliverable)
		}
		price = map[string]order.Money{"swift": 9_00, "mule": 4_50}[a.Carrier] + order.Money(a.Count)*50
		return nil
	})
	return price, err
}

// ship is like charge: the same key is the same parcel.
func (w *World) ship(ctx context.Context, a order.Ship) (parcel string, err error) {
	key, err := executor.StepFrom(ctx).Key()
	if err != nil {
		return "", err
	}
	err = w.call(ctx, func() error {
		if a.To == "Atlantis" { // the carriers make offers for every place, and look at the map later
			return refuse(order.ErrUndeliverable)
		}
		var id int64
		err := w.db.QueryRowContext(ctx, `
			insert into parcels (key, order_id, carrier) values (?, ?, ?)
			on conflict do update set key = key returning rowid`, key, a.Order, a.Carrier).Scan(&id)
		parcel = number(a.Carrier, id)
		return err
	})
	return parcel, err
}

func (w *World) recall(ctx context.Context, a order.Recall) error {
	return w.call(ctx, func() error {
		_, err := w.db.ExecContext(ctx, `update parcels set recalled = 1 where order_id = ?`, a.Order)
		return err
	})
}

// Parcels is how many parcels are on their way.
func (w *World) Parcels(ctx context.Context) (n int, err error) {
	err = w.db.QueryRowContext(ctx, `select count(*) from parcels where recalled = 0`).Scan(&n)
	return n, err
}
