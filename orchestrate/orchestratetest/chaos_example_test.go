package orchestratetest_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
)

// The same seed has the same things go wrong, in every run.
func ExampleNewChaos() {
	world := executor.NewMux(
		executor.On(func(context.Context, Fetch) ([]string, error) { return []string{"Ada", "Grace"}, nil }),
		executor.OnVoid(func(context.Context, Greet) error { return nil }),
	)
	chaos := orchestratetest.NewChaos(world, orchestratetest.ChaosConfig{Seed: 1, Lose: 0.4})
	users, err := orchestrate.Run(context.Background(), orchestrate.Bind(Welcome, "users"), chaos)
	fmt.Println(users, err)
	for _, fault := range chaos.Faults() {
		fmt.Println(fault)
	}
	// Output:
	// [] step 2: orchestratetest_test.Greet: fault: the answer to orchestratetest_test.Greet{Name: "Grace"} was lost
	// 2  orchestratetest_test.Greet{Name: "Grace"}: lost
}

// A fuzz test hands its bytes over, and checks what must be true whatever the world does.
func ExampleFromBytes() {
	fuzz := func(f *testing.F) {
		f.Fuzz(func(t *testing.T, data []byte) {
			exec := orchestratetest.FromBytes(t, data, errBusy)
			users, err := orchestrate.Run(t.Context(), orchestrate.Bind(Welcome, "users"), exec)
			if err != nil && users != nil {
				t.Error("users were welcomed although", err)
			}
		})
	}
	_ = fuzz

	exec := orchestratetest.FromBytes(t, []byte("\x00\x02\x03\x00Ada\x02\x00Bo\x07\x01"), errBusy)
	_, err := orchestrate.Run(context.Background(), orchestrate.Bind(Welcome, "users"), exec)
	fmt.Println(err)
	fmt.Println(exec.Trace()[0])
	// Output:
	// step 1: orchestratetest_test.Greet: fault: the answer to orchestratetest_test.Greet{Name: "nwt"} was lost
	// 0  orchestratetest_test.Fetch{Container: "users", Items: 3} → []string{"nwt", "oh"}
}
