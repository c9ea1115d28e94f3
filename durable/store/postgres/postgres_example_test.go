package postgres_test

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/postgres"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// These need a server, and are compiled only.

const dsn = "postgres://baton@db.example/shop"

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// ask is a flow that waits for an answer.
var ask = durable.Define("ask", func(y actions.Yield, question string) (string, error) {
	answer, err := orchestrate.Do(y, actions.Receive[string]{Name: "answer"})
	return question + answer, err
})

// Every process opens the store, and carries out the runs that it claims.
func ExampleOpen() {
	ctx := context.Background()
	st, err := postgres.Open(ctx, dsn)
	check(err)
	defer st.Close()
	rt, err := durable.Open(ctx, st, executor.NewMux(), durable.Config{Flows: durable.Flows(ask)})
	check(err)
	defer rt.Close(ctx)
}

// Behind PgBouncer, whose transactions have other sessions each; and somebody else makes the tables.
func ExampleOpenConfig() {
	ctx := context.Background()
	st, err := postgres.OpenConfig(ctx, dsn, postgres.Config{
		Schema: "orders", Migrate: postgres.Check, PollOnly: true,
	})
	check(err)
	defer st.Close()
}

// The program has a pool already.
func ExampleOpenPool() {
	ctx := context.Background()
	pool, err := pgxpool.New(ctx, dsn)
	check(err)
	defer pool.Close()
	st, err := postgres.OpenPool(ctx, pool, postgres.Config{})
	check(err)
	defer st.Close() // the pool stays open
}

// Transfer moves money, in a table of the user's own.
type Transfer struct {
	actions.Returns[int64]
	From, To string
	Cents    int64
}

// The balances change, and the step is recorded, in one transaction: whatever crashes, the money is moved once.
func ExampleTransact() {
	ctx := context.Background()
	st, err := postgres.Open(ctx, dsn)
	check(err)
	defer st.Close()

	transfer := postgres.Transact(st, func(ctx context.Context, tx pgx.Tx, t Transfer) (left int64, err error) {
		const move = "UPDATE accounts SET cents = cents + $1 WHERE name = $2 RETURNING cents"
		if err := tx.QueryRow(ctx, move, t.Cents, t.To).Scan(new(int64)); err != nil {
			return 0, err
		}
		err = tx.QueryRow(ctx, move, -t.Cents, t.From).Scan(&left)
		return left, err
	})
	pay := durable.Define("pay", func(y actions.Yield, t Transfer) (int64, error) { return orchestrate.Do(y, t) })
	rt, err := durable.Open(ctx, st, executor.NewMux(transfer), durable.Config{Flows: durable.Flows(pay)})
	check(err)
	defer rt.Close(ctx)

	h, err := pay.Start(ctx, rt, Transfer{From: "ada", To: "bob", Cents: 30})
	check(err)
	fmt.Println(h.Result(ctx))
}

// What is written to the user's own tables and to the store is one transaction.
func ExampleStore_Within() {
	ctx := context.Background()
	st, err := postgres.Open(ctx, dsn)
	check(err)
	defer st.Close()

	tx, err := st.Pool().Begin(ctx)
	check(err)
	defer tx.Rollback(ctx)
	_, err = tx.Exec(ctx, "INSERT INTO orders (id) VALUES ($1)", "order-42")
	check(err)
	within, err := st.Within(tx)
	check(err)
	_, err = within.Send(ctx, []store.Message{{Run: "shop", Name: "ordered", Key: "order-42"}})
	check(err)
	check(tx.Commit(ctx))
}
