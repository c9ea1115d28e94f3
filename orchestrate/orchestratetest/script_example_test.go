package orchestratetest_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
)

// t stands for the *testing.T of a test: it prints what it is told.
var t = &printingT{}

func ExampleRunScript() {
	users, err := orchestratetest.RunScript(t, orchestrate.Bind(Welcome, "users"),
		orchestratetest.Expect(Fetch{Container: "users", Items: 3}).Return([]string{"Ada", "Grace"}),
		orchestratetest.Expect(Greet{Name: "Ada"}),
		orchestratetest.Expect(Greet{Name: "Grace"}).Fail(errors.New("she is out")),
	)
	fmt.Println(users, err)
	// Output: [] step 2: orchestratetest_test.Greet: she is out
}

// What the orchestration yields is compared field by field.
func ExampleRunScript_failure() {
	t.Run(func() {
		_, _ = orchestratetest.RunScript(t, orchestrate.Bind(Welcome, "users"),
			orchestratetest.Expect(Fetch{Container: "users", Items: 3}).Return([]string{"Ada"}),
			orchestratetest.Expect(Greet{Name: "Grace"}),
		)
	})
	// Output:
	// script: step 1 is not as expected
	//   want: orchestratetest_test.Greet{Name: "Grace"}  (welcome_test.go)
	//   got:  orchestratetest_test.Greet{Name: "Ada"}
	//         Name: want "Grace", got "Ada"
	// so far:
	//   0  orchestratetest_test.Fetch{Container: "users", Items: 3} → []string{"Ada"}
}

// A script is an executor. It carries out groups itself, and a branch that is never answered lets another one decide.
func ExampleScript() {
	s := orchestratetest.Script(t,
		orchestratetest.Expect(Price{Thing: "bread"}).Never(),
		orchestratetest.Expect(actions.Sleep{For: time.Hour}),
	)
	_, err := orchestrate.Run(context.Background(), orchestrate.Bind(Quote, "bread"), s)
	fmt.Println(err)
	fmt.Println(s.Trace())
	// Output:
	// not done within 1h0m0s
	// 0.1.0  actions.Sleep{For: 1h0m0s}
	// 0.0.0  orchestratetest_test.Price{Thing: "bread"} → error: branch 1 decided the group
}

func ExampleExpectMatch() {
	dear := func(a Price) bool { return a.Thing == "caviar" || a.Thing == "truffles" }
	sum, err := orchestratetest.RunScript(t, orchestrate.Bind(Sum, []string{"caviar", "bread"}),
		orchestratetest.Sequence(orchestratetest.ExpectType[Greet](), orchestratetest.ExpectType[Greet]()),
		orchestratetest.ExpectMatch(dear).Return(100),
		orchestratetest.Expect(Price{Thing: "bread"}).Do(func(_ context.Context, a Price) (int, error) {
			return len(a.Thing), nil
		}),
	)
	fmt.Println(sum, err)
	// Output: 105 <nil>
}

func ExampleInAnyOrder() {
	names := map[string]bool{"Ada": true, "Grace": true}
	_, err := orchestrate.Run(context.Background(), func(y actions.Yield) (int, error) {
		for name := range names { // which is no way to decide, and RunScript would say so
			if err := orchestrate.Tell(y, Greet{Name: name}); err != nil {
				return 0, err
			}
		}
		return len(names), nil
	}, orchestratetest.Script(t, orchestratetest.InAnyOrder(
		orchestratetest.Expect(Greet{Name: "Ada"}),
		orchestratetest.Expect(Greet{Name: "Grace"}),
		orchestratetest.Optional(orchestratetest.Expect(Greet{Name: "Barbara"})),
	)))
	fmt.Println(err)
	// Output: <nil>
}

func ExampleDeterministic() {
	visits := 0
	t.Run(func() {
		_, _ = orchestratetest.Deterministic(t, func(y actions.Yield) (int, error) {
			visits++ // outlives the run
			return orchestrate.Do(y, Price{Thing: fmt.Sprint("thing ", visits)})
		}, orchestratetest.Script(t, orchestratetest.ExpectType[Price]().Return(7)))
	})
	// Output:
	// the orchestration is not deterministic: replayed from the beginning, step 0 differs
	//   first:  orchestratetest_test.Price{Thing: "thing 1"}
	//   replay: orchestratetest_test.Price{Thing: "thing 2"}
	//           Thing: want "thing 1", got "thing 2"
	// so far: nothing
	// An orchestration decides by its input and by the results of its actions. Where it needs a clock, chance or an
	// identifier, it yields Now, Random or NewID; it sorts what a map holds; and it keeps nothing from run to run.
}
