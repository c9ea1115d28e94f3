package golden_test

import (
	"fmt"

	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/golden"
)

func ExampleRun() {
	t := &fakeT{name: "ExampleRun"} // in a test: its *testing.T
	sum, err := golden.Run(t, orchestrate.Bind(Buy, []string{"bread"}), shop(nil))
	fmt.Println(sum, err)
	// testdata/ExampleRun.golden has the following lines:
	//	0.0.0  golden_test.Price{Thing: "bread"}
	//	       → 5
	//	1      golden_test.Pay{Cents: 5}
	//	returns: 5

	// Output: 5 <nil>
}

// A change of the workflow is shown as a diff of its file.
func ExampleRun_changed() {
	t := &fakeT{name: "ExampleRun"}
	_, _ = golden.Run(t, orchestrate.Bind(Buy, []string{"jam"}), shop(nil))
	fmt.Println(t.texts[0])
	// Output:
	// the workflow does not do what is in testdata/ExampleRun.golden:
	// - 0.0.0  golden_test.Price{Thing: "bread"}
	// -        → 5
	// - 1      golden_test.Pay{Cents: 5}
	// - returns: 5
	// + 0.0.0  golden_test.Price{Thing: "jam"}
	// +        → 3
	// + 1      golden_test.Pay{Cents: 3}
	// + returns: 3
	// If it should do this, write the file with the flag -update, as in go test -run 'ExampleRun$' -update
}
