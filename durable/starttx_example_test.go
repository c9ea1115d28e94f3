package durable_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store/sqlite"
)

// An order and the run that sees to it are there together, or not at all.
func ExampleFlow_StartTx() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "shop")
	check(err)
	defer os.RemoveAll(dir)
	st, err := sqlite.Open(ctx, filepath.Join(dir, "baton.db"))
	check(err)
	defer st.Close()
	_, err = st.DB().ExecContext(ctx, "CREATE TABLE orders (id TEXT, item TEXT)")
	check(err)
	client := durable.NewClient(st)

	place := func(id string, o Order) (*durable.Handle[Receipt], error) {
		tx, err := st.DB().BeginTx(ctx, nil)
		if err != nil {
			return nil, err
		}
		defer tx.Rollback()
		if _, err := tx.ExecContext(ctx, "INSERT INTO orders VALUES (?, ?)", id, o.Item); err != nil {
			return nil, err
		}
		h, err := Checkout.StartTx(ctx, client, tx, o, durable.WithID(id))
		if err != nil {
			return nil, err
		}
		return h, tx.Commit()
	}

	h, err := place("order-42", Order{Item: "tea", Cents: 450})
	check(err)
	fmt.Println(h.Status(ctx))
	// Output: pending <nil>
}

// An answer, and what it is the answer to, in one transaction: nobody is told twice, and nothing is forgotten.
func ExampleClient_Within() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "shop")
	check(err)
	defer os.RemoveAll(dir)
	st, err := sqlite.Open(ctx, filepath.Join(dir, "baton.db"))
	check(err)
	defer st.Close()
	_, err = st.DB().ExecContext(ctx, "CREATE TABLE desk (id TEXT); INSERT INTO desk VALUES ('order-42')")
	check(err)
	client := durable.NewClient(st)
	_, err = Checkout.Start(ctx, client, Order{Item: "tea", Cents: 450}, durable.WithID("order-42"))
	check(err)

	approve := func(id string) error {
		tx, err := st.DB().BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer tx.Rollback()
		if _, err := tx.ExecContext(ctx, "DELETE FROM desk WHERE id = ?", id); err != nil {
			return err
		}
		within, err := client.Within(tx)
		if err != nil {
			return err
		}
		if err := within.Send(ctx, id, "approved", true); err != nil {
			return err
		}
		return tx.Commit()
	}
	fmt.Println(approve("order-42"))
	// Output: <nil>
}
