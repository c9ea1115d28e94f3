package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store/sqlite"
	"github.com/baton-go/baton/executor"
)

// Welcomes is Welcome under a name that stores know it by. The function is as it was.
var Welcomes = durable.Define("welcome", Welcome)

// The same workflow, as a run that survives: whatever becomes of this process, everybody is welcomed.
func ExampleWelcome_durable() {
	exec := executor.NewMux(
		executor.On(func(context.Context, Fetch) ([]string, error) { return []string{"Ada", "Grace"}, nil }),
		executor.OnVoid(func(_ context.Context, a Greet) error {
			_, err := fmt.Printf("Hello, %s!\n", a.Name)
			return err
		}),
	)
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "welcome")
	check(err)
	defer func() { check(os.RemoveAll(dir)) }()

	st, err := sqlite.Open(ctx, filepath.Join(dir, "welcome.db"))
	check(err)
	rt, err := durable.Open(ctx, st, exec, durable.Config{Flows: durable.Flows(Welcomes)})
	check(err)
	run, err := Welcomes.Start(ctx, rt, "users", durable.WithID("monday"))
	check(err)
	users, err := run.Result(ctx)
	check(err)
	fmt.Println(users)

	check(rt.Close(ctx))
	check(st.Close())
	// Output:
	// Hello, Ada!
	// Hello, Grace!
	// [Ada Grace]
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
