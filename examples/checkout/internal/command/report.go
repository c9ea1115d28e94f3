package command

import (
	"context"
	"errors"

	"github.com/baton-go/baton/examples/checkout/internal/order"
)

// report prints the receipts, why the others have none, and what the books of everybody say.
func (b business) report(ctx context.Context, all []end) error {
	b.out.printf("\nWhat has become of the orders:")
	for _, e := range all {
		if e.failed != nil {
			b.out.printf("%-9s -          %v", e.id, order.Why(e.failed))
			continue
		}
		r := e.receipt
		b.out.printf("%-9s %9v  %d × %s, %s, %s", e.id, r.Total(), r.Count, r.Item, r.Payment, r.Parcel)
	}
	books, err := b.shop.Books(ctx)
	if err != nil {
		return err
	}
	account, err := b.others.Account(ctx)
	if err != nil {
		return err
	}
	parcels, err := b.others.Parcels(ctx)
	if err != nil {
		return err
	}
	b.out.printf("\nThe books:")
	for _, g := range books.Shelf {
		b.out.printf("%-9s %d on the shelf, %d sold", g.Item, g.Left, g.Sold)
	}
	b.out.printf("%-9s %d for %v", "receipts", books.Sold, books.Takings)
	b.out.printf("%-9s %d payments, of which %d given back: %v",
		"bank", account.Payments, account.Refunds, account.Balance)
	b.out.printf("%-9s %d on their way", "parcels", parcels)
	if account.Balance != books.Takings || account.Payments-account.Refunds != books.Sold || parcels != books.Sold {
		return errors.New("the books do not add up")
	}
	b.out.printf("It adds up.")
	return nil
}
