package orchestratetest_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
)

func ExampleMock() {
	m := orchestratetest.NewMock(t)
	orchestratetest.On(m, Fetch{Container: "users", Items: 3}).Return([]string{"Ada", "Grace"})
	orchestratetest.On(m, Greet{Name: "Grace"}).Fail(errors.New("she is out"))
	orchestratetest.OnType[Greet](m)

	_, err := orchestratetest.Deterministic(t, orchestrate.Bind(Welcome, "users"), m)
	fmt.Println(err)
	fmt.Println(m.Trace())
	// Output:
	// step 2: orchestratetest_test.Greet: she is out
	// 0  orchestratetest_test.Fetch{Container: "users", Items: 3} → []string{"Ada", "Grace"}
	// 1  orchestratetest_test.Greet{Name: "Ada"}
	// 2  orchestratetest_test.Greet{Name: "Grace"} → error: she is out
}

func ExampleOnMatch() {
	m := orchestratetest.NewMock(t)
	orchestratetest.OnType[Greet](m)
	orchestratetest.OnMatch(m, func(a Price) bool { return a.Thing == "caviar" }).Return(100).Times(2)
	orchestratetest.OnType[Price](m).ReturnSequence(3)

	sum, err := orchestrate.Run(context.Background(), orchestrate.Bind(Sum, []string{"caviar", "bread", "caviar"}), m)
	fmt.Println(sum, err)
	// Output: 203 <nil>
}

// An action without a rule fails the test, with the rule that comes nearest.
func ExampleNewMock() {
	t.Run(func() {
		m := orchestratetest.NewMock(t)
		orchestratetest.On(m, Fetch{Container: "user", Items: 3}).Return([]string{"Ada"})
		_, _ = orchestrate.Run(context.Background(), orchestrate.Bind(Welcome, "users"), m)
	})
	// Output:
	// mock: step 0: no rule for orchestratetest_test.Fetch{Container: "users", Items: 3}
	//   nearest: orchestratetest_test.Fetch{Container: "user", Items: 3}  (welcome_test.go)
	//            Container: want "user", got "users"
	// so far: nothing
}
