package durabletest_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/baton-go/baton/durable/durabletest"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/cassette"
)

// A run of production becomes a test that needs no bank and no warehouse.
func ExampleCassette() {
	dir, err := os.MkdirTemp("", "cassettes")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	text, err := os.ReadFile("testdata/histories/well.json")
	if err != nil {
		fmt.Println(err)
		return
	}
	h, err := journal.Import(text)
	if err != nil {
		fmt.Println(err)
		return
	}
	file := filepath.Join(dir, "well.json")
	fmt.Println(durabletest.Cassette(file, h, flows(checkout), nil, cassette.Config{Workflow: "checkout"}))

	exec, err := cassette.Load(file, cassette.Config{Workflow: "checkout"})
	fmt.Println(err)
	fmt.Println(orchestrate.Run(context.Background(), orchestrate.Bind(checkout, Order{ID: "well", Cents: 10}), exec))
	// Output:
	// <nil>
	// <nil>
	// shelf of well payment of 10 <nil>
}
