package main

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store/sqlite"
	"github.com/baton-go/baton/examples/checkout/internal/order"
	"github.com/baton-go/baton/examples/checkout/internal/shop"
)

// What the shop had on its shelf at first, and what it asks for one.
var shelf = map[string]struct{ count, price int }{
	"lamp": {1000, 20_00}, "chair": {400, 80_00}, "piano": {20, 4000_00}, "comet": {1, 999_00},
}

// What carriers want for a parcel, besides 0.50 for each thing in it.
var fees = map[string]int{"swift": 9_00, "mule": 4_50}

// paper is what everybody's books say about one order.
type paper struct {
	Item, Carrier, Payment, Parcel string // by the receipt, but for the item
	Count, Total                   int
	Receipts, Reserved, Asked      int
	Payments, Paid, Amount         int // all payments; those not given back, and what they amount to
	Shipped, Shipping              int // all parcels; those not recalled
	Status                         durable.Status
}

// audit looks into everybody's books with nothing but SQL, and compares what it finds with what the orders must have
// come to: each was sold once and paid once, or has left nothing at all.
func audit(t *testing.T, dir string, orders int) map[string]paper {
	t.Helper()
	papers := read(t, dir)
	require.Len(t, papers, orders)
	sold := map[string]int{}
	var receipts, refunds int
	for i := range orders {
		id := fmt.Sprintf("order-%d", i+1)
		p := papers[id]
		require.Zero(t, p.Asked, "%s: the manager is asked still", id)
		require.LessOrEqual(t, p.Payments, 1, "%s: charged twice", id)
		require.LessOrEqual(t, p.Shipped, 1, "%s: shipped twice", id)
		require.Equal(t, p.Receipts, p.Paid, "%s: paid, and no receipt, or the other way round", id)
		require.Equal(t, p.Receipts, p.Shipping, "%s: parcels on their way", id)
		if p.Receipts == 0 {
			require.Equal(t, durable.Failed, p.Status, id)
			require.Zero(t, p.Reserved, "%s: goods are still reserved", id)
			refunds += p.Payments
			continue
		}
		receipts++
		require.Equal(t, durable.Completed, p.Status, id)
		require.NotContains(t, []int{2, 3, 4, 5}, i%8, "%s: nobody could sell that: %+v", id, p)
		require.Equal(t, p.Count, p.Reserved, id)
		require.Equal(t, p.Count*shelf[p.Item].price+fees[p.Carrier]+50*p.Count, p.Total, id)
		require.Equal(t, p.Total, p.Amount, id)
		sold[p.Item] += p.Count
	}
	for item, left := range left(t, dir) {
		require.Equal(t, shelf[item].count, left+sold[item], "%s: what is on the shelf, and what was sold", item)
	}
	require.NotZero(t, receipts)
	require.NotZero(t, refunds)
	t.Logf("%d receipts, %d refunds", receipts, refunds)
	return papers
}

func read(t *testing.T, dir string) map[string]paper {
	t.Helper()
	db := open(t, filepath.Join(dir, "shop.db"))
	_, err := db.ExecContext(t.Context(), `attach ? as others`, filepath.Join(dir, "others.db"))
	require.NoError(t, err)
	rows, err := db.QueryContext(t.Context(), `
		select id, item, count,
			(select count(*) from receipts r where r.order_id = id),
			(select coalesce(sum(r.count), 0) from reserved r where r.order_id = id and r.item = o.item),
			(select count(*) from desk d where d.order_id = id),
			(select count(*) from others.payments p where p.order_id = id),
			(select count(*) from others.payments p where p.order_id = id and not refunded),
			(select coalesce(sum(amount), 0) from others.payments p where p.order_id = id and not refunded),
			(select count(*) from others.parcels p where p.order_id = id),
			(select count(*) from others.parcels p where p.order_id = id and not recalled),
			coalesce(r.carrier, ''), coalesce(r.payment, ''), coalesce(r.parcel, ''), coalesce(r.total, 0)
		from orders o left join receipts r on r.order_id = o.id`)
	require.NoError(t, err)
	defer rows.Close()
	papers := map[string]paper{}
	for rows.Next() {
		var id string
		var p paper
		require.NoError(t, rows.Scan(&id, &p.Item, &p.Count, &p.Receipts, &p.Reserved, &p.Asked,
			&p.Payments, &p.Paid, &p.Amount, &p.Shipped, &p.Shipping, &p.Carrier, &p.Payment, &p.Parcel, &p.Total))
		papers[id] = p
	}
	require.NoError(t, rows.Err())
	require.NoError(t, db.Close())

	st, err := sqlite.Open(t.Context(), filepath.Join(dir, "shop.db"))
	require.NoError(t, err)
	defer st.Close()
	client := durable.NewClient(st, durable.ErrorKinds(shop.Errors()...))
	for run, err := range client.List(t.Context(), durable.Filter{}) {
		require.NoError(t, err)
		p, taken := papers[run.ID]
		require.True(t, taken, "a run without an order: %s", run.ID)
		p.Status = run.Status
		papers[run.ID] = p
		r, err := shop.Checkout.Attach(client, run.ID).Result(t.Context())
		if err != nil {
			require.NotErrorIs(t, order.Why(err), err, "%s has failed for no good reason", run.ID)
			continue
		}
		require.Equal(t, []any{p.Total, p.Payment, p.Parcel}, []any{int(r.Total()), r.Payment, r.Parcel}, run.ID)
	}
	return papers
}

// left is what is left on the shelf.
func left(t *testing.T, dir string) map[string]int {
	t.Helper()
	db := open(t, filepath.Join(dir, "shop.db"))
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), `select item, count from shelf`)
	require.NoError(t, err)
	defer rows.Close()
	counts := map[string]int{}
	for rows.Next() {
		var item string
		var n int
		require.NoError(t, rows.Scan(&item, &n))
		counts[item] = n
	}
	require.NoError(t, rows.Err())
	return counts
}

func open(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	db.SetMaxOpenConns(1)
	return db
}
