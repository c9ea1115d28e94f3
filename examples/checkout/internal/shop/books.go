package shop

import (
	"context"
	"database/sql"

	"github.com/baton-go/baton/examples/checkout/internal/order"
)

// Books is what the shop's books say.
type Books struct {
	Shelf []Good
	// Sold is how many receipts there are, and Takings what they are for.
	Sold    int
	Takings order.Money
}

// Good is a line of the shelf.
type Good struct {
	Item       string
	Left, Sold int
	Price      order.Money
}

// Books reads the books.
func (s *Shop) Books(ctx context.Context) (b Books, err error) {
	tx, err := s.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return b, err
	}
	defer func() { _ = tx.Rollback() }()
	err = tx.QueryRowContext(ctx, `select count(*), coalesce(sum(total), 0) from receipts`).Scan(&b.Sold, &b.Takings)
	if err != nil {
		return b, err
	}
	rows, err := tx.QueryContext(ctx, `
		select item, count, price, (select coalesce(sum(r.count), 0) from reserved r where r.item = s.item)
		from shelf s order by item`)
	if err != nil {
		return b, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var g Good
		if err := rows.Scan(&g.Item, &g.Left, &g.Price, &g.Sold); err != nil {
			return b, err
		}
		b.Shelf = append(b.Shelf, g)
	}
	return b, rows.Err()
}
