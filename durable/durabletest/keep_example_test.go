package durabletest_test

import (
	"context"
	"fmt"
	"os"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/durabletest"
	"github.com/baton-go/baton/durable/store/memory"
)

// Histories of runs that matter are kept as files, and checked before each deploy.
func ExampleKeep() {
	ctx, s := context.Background(), memory.New() // in production, the store
	client := durable.NewClient(s)
	if _, err := durable.Define("checkout", checkout).Start(ctx, client, Order{}, durable.WithID("order:7")); err != nil {
		fmt.Println(err)
		return
	}
	dir, err := os.MkdirTemp("", "histories")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	fmt.Println(durabletest.Keep(ctx, s, dir, "order:7"))
	files, err := os.ReadDir(dir)
	fmt.Println(files, err)
	// Output:
	// <nil>
	// [- order%3A7.json] <nil>
}
