package durabletest_test

import (
	"fmt"
	"os"
	"strings"

	"github.com/baton-go/baton/durable/durabletest"
	"github.com/baton-go/baton/durable/journal"
)

// A history of production is kept in a file, and a test replays it with the code of today. Here the code charges a cent
// more than it did.
func ExampleReplay() {
	text, err := os.ReadFile("testdata/histories/waits.json")
	if err != nil {
		fmt.Println(err)
		return
	}
	h, err := journal.Import(text)
	if err != nil {
		fmt.Println(err)
		return
	}
	t := &heard{} // in a test, its t
	durabletest.Replay(t, h, flows(dearer))
	fmt.Println(strings.NewReplacer(", ", ",\n").Replace(t.text))
	// Output:
	// the code does not fit the history of run "waits" of flow "checkout",
	// which is waiting: run "waits": step 1: the journal has durabletest_test.Charge{"Order":"waits","Cents":20},
	// the code yielded durabletest_test.Charge{"Order":"waits","Cents":21} (Cents: recorded 20,
	// got 21): run the code that the run was begun with,
	// or let the new code ask actions.Version which way to go,
	// or fork the run before this step with Client.Fork
}
