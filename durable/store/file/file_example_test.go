package file_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store/file"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// Charge asks for money.
type Charge struct {
	actions.Returns[string]
	Cents int
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// Each run is a file.
func ExampleOpen() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "baton")
	check(err)
	defer os.RemoveAll(dir)
	st, err := file.Open(ctx, filepath.Join(dir, "store"))
	check(err)

	pay := durable.Define("pay", func(y actions.Yield, cents int) (string, error) {
		return orchestrate.Do(y, Charge{Cents: cents})
	})
	exec := executor.NewMux(executor.On(func(_ context.Context, c Charge) (string, error) {
		return fmt.Sprintf("%d cents charged", c.Cents), nil
	}))
	rt, err := durable.Open(ctx, st, exec, durable.Config{Flows: durable.Flows(pay)})
	check(err)
	h, err := pay.Start(ctx, rt, 450, durable.WithID("order-42"))
	check(err)
	fmt.Println(h.Result(ctx))
	check(rt.Close(ctx))
	check(st.Close())

	files, err := os.ReadDir(filepath.Join(dir, "store", "runs"))
	check(err)
	for _, f := range files {
		fmt.Println(f.Name())
	}
	// Output:
	// 450 cents charged <nil>
	// order-42.jsonl
}
