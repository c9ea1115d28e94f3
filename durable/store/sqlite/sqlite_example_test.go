package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/sqlite"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// folder is a place for an example's files.
func folder() (dir string, remove func()) {
	dir, err := os.MkdirTemp("", "baton")
	check(err)
	return dir, func() { check(os.RemoveAll(dir)) }
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// A store is for one process at a time.
func ExampleOpen() {
	ctx := context.Background()
	dir, remove := folder()
	defer remove()
	st, err := sqlite.Open(ctx, filepath.Join(dir, "baton.db"))
	check(err)
	defer st.Close()

	_, err = sqlite.Open(ctx, filepath.Join(dir, "baton.db"))
	fmt.Println(errors.Is(err, store.ErrInUse))
	// Output: true
}

// Where a power failure may cost the last moments, commits need not wait for the disk.
func ExampleOpenConfig() {
	ctx := context.Background()
	dir, remove := folder()
	defer remove()
	st, err := sqlite.OpenConfig(ctx, filepath.Join(dir, "cache.db"), sqlite.Config{Synchronous: sqlite.Normal})
	check(err)
	fmt.Println(st.Remove()) // with its files
	// Output: <nil>
}

// Transfer moves money, in a table of the user's own.
type Transfer struct {
	actions.Returns[int]
	From, To string
	Cents    int
}

// The balances change, and the step is recorded, in one transaction: whatever crashes, the money is moved once.
func ExampleTransact() {
	ctx := context.Background()
	dir, remove := folder()
	defer remove()
	st, err := sqlite.Open(ctx, filepath.Join(dir, "bank.db"))
	check(err)
	defer st.Close()
	_, err = st.DB().ExecContext(ctx, `CREATE TABLE accounts (name TEXT PRIMARY KEY, cents INTEGER);
		INSERT INTO accounts VALUES ('ada', 100), ('bob', 0)`)
	check(err)

	transfer := sqlite.Transact(st, func(ctx context.Context, tx *sql.Tx, t Transfer) (left int, err error) {
		const move = "UPDATE accounts SET cents = cents + ? WHERE name = ? RETURNING cents"
		if err := tx.QueryRowContext(ctx, move, t.Cents, t.To).Scan(new(int)); err != nil {
			return 0, err
		}
		err = tx.QueryRowContext(ctx, move, -t.Cents, t.From).Scan(&left)
		return left, err
	})
	pay := durable.Define("pay", func(y actions.Yield, t Transfer) (int, error) { return orchestrate.Do(y, t) })
	rt, err := durable.Open(ctx, st, executor.NewMux(transfer), durable.Config{Flows: durable.Flows(pay)})
	check(err)
	defer rt.Close(ctx)

	h, err := pay.Start(ctx, rt, Transfer{From: "ada", To: "bob", Cents: 30})
	check(err)
	fmt.Println(h.Result(ctx))
	// Output: 70 <nil>
}

// The user's own tables live in the same file, and what is written to them and to the store is one transaction.
func ExampleStore_Within() {
	ctx := context.Background()
	dir, remove := folder()
	defer remove()
	st, err := sqlite.Open(ctx, filepath.Join(dir, "shop.db"))
	check(err)
	defer st.Close()
	_, err = st.DB().ExecContext(ctx, "CREATE TABLE orders (id TEXT)")
	check(err)

	tx, err := st.DB().BeginTx(ctx, nil)
	check(err)
	_, err = tx.ExecContext(ctx, "INSERT INTO orders VALUES ('order-42')")
	check(err)
	within, err := st.Within(tx)
	check(err)
	_, err = within.Create(ctx, []store.Run{{ID: "order-42", Flow: "checkout"}})
	check(err)
	check(tx.Rollback())

	_, err = st.Load(ctx, "order-42", store.Mark{})
	fmt.Println(errors.Is(err, store.ErrNotFound))
	// Output: true
}

// A backup is a store.
func ExampleStore_Backup() {
	ctx := context.Background()
	dir, remove := folder()
	defer remove()
	st, err := sqlite.Open(ctx, filepath.Join(dir, "baton.db"))
	check(err)
	defer st.Close()
	_, err = st.Create(ctx, []store.Run{{ID: "order-42", Flow: "checkout"}})
	check(err)
	check(st.Backup(ctx, filepath.Join(dir, "monday.db")))

	monday, err := sqlite.Open(ctx, filepath.Join(dir, "monday.db"))
	check(err)
	defer monday.Close()
	h, err := monday.Load(ctx, "order-42", store.Mark{})
	fmt.Println(h.Run.Flow, err)
	// Output: checkout <nil>
}
