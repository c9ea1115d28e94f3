package cassette_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
	"github.com/baton-go/baton/orchestrate/orchestratetest/cassette"
)

// t stands for the *testing.T of a test.
var t = &fakeT{}

var errUnknown = errors.New("nobody knows")

// realExecutors is what the workflow runs with when it is not in a test.
func realExecutors() executor.Executor {
	return executor.NewMux(executor.On(func(_ context.Context, a Ask) (string, error) {
		return "", fmt.Errorf("asked %s with key sk-1234: %w", a.Whom, errUnknown)
	}))
}

// Advice asks somebody, and somebody else if nobody knows.
func Advice(y actions.Yield, whom string) (string, error) {
	advice, err := orchestrate.Do(y, Ask{Whom: whom})
	if errors.Is(err, errUnknown) {
		return "ask again", nil
	}
	return advice, err
}

// The cassette is replayed; go test -record records it anew.
func ExampleUse() {
	exec := cassette.Use(t, "testdata/welcome.json", realExecutors, cassette.Config{Workflow: "welcome"})
	fmt.Println(orchestrate.Run(context.Background(), orchestrate.Bind(Advice, "Ada"), exec))
	// Output: for Ada <nil>
}

// Secrets are redacted before anything is written, and the kinds of errors that the workflow tells apart have names.
func ExampleRecord() {
	config := cassette.Config{
		Workflow: "advice",
		Redact:   []cassette.Redactor{cassette.Secrets("sk-1234")},
		Errors:   []cassette.Kind{cassette.Sentinel("advice.errUnknown", errUnknown)},
	}
	dir, err := os.MkdirTemp("", "cassettes")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "advice.json")
	flow := orchestrate.Bind(Advice, "Ada")

	recorder := cassette.Record(realExecutors(), config)
	fmt.Println(orchestrate.Run(context.Background(), flow, recorder))
	fmt.Println(recorder.Save(file))
	text, _ := os.ReadFile(file)
	fmt.Print(string(text))

	player, err := cassette.Load(file, config)
	fmt.Println(err)
	fmt.Println(orchestrate.Run(context.Background(), flow, player))
	fmt.Println(player.Done())
	// Output:
	// ask again <nil>
	// <nil>
	// {
	//   "cassette": 1,
	//   "workflow": "advice",
	//   "calls": [
	//     {
	//       "path": "0",
	//       "action": "cassette_test.Ask",
	//       "request": {
	//         "Whom": "Ada"
	//       },
	//       "error": {
	//         "text": "asked Ada with key REDACTED: nobody knows",
	//         "is": [
	//           "advice.errUnknown"
	//         ]
	//       }
	//     }
	//   ]
	// }
	// <nil>
	// ask again <nil>
	// <nil>
}

// A replay that is not the recorded run says what has changed, and where.
func ExampleLoad() {
	player, err := cassette.Load("testdata/welcome.json", cassette.Config{Workflow: "welcome"})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, _ = orchestrate.Run(context.Background(), orchestrate.Bind(Advice, "Grace"), player)
	fmt.Println(player.Done())
	// Output:
	// cassette testdata/welcome.json: step 0 is not as recorded
	//   recorded: cassette_test.Ask{"Whom":"Ada"}
	//   got:      cassette_test.Ask{"Whom":"Grace"}
	//             Whom: recorded "Ada", got "Grace"
}

func ExampleFields() {
	redact := cassette.Fields("Token", "Card.Number")
	for _, f := range []cassette.Field{
		{Name: "Token", Value: "t-1"},
		{Name: "Customer.Cards[2].Number", Value: "4111"},
		{Name: "Order.Card.Number", Value: "4111"},
	} {
		fmt.Println(f.Name, redact(f))
	}
	// Output:
	// Token REDACTED
	// Customer.Cards[2].Number 4111
	// Order.Card.Number REDACTED
}

// What was only traced becomes a cassette afterwards.
func ExampleWrite() {
	config := cassette.Config{
		Redact: []cassette.Redactor{cassette.Secrets("sk-1234")},
		Errors: []cassette.Kind{cassette.Sentinel("advice.errUnknown", errUnknown)},
	}
	dir, err := os.MkdirTemp("", "cassettes")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "traced.json")
	flow := orchestrate.Bind(Advice, "Ada")

	var trace orchestratetest.Trace
	fmt.Println(orchestrate.Run(context.Background(), flow, orchestratetest.Record(realExecutors(), &trace)))
	fmt.Println(cassette.Write(file, trace, config))

	player, err := cassette.Load(file, config)
	fmt.Println(err)
	fmt.Println(orchestrate.Run(context.Background(), flow, player))
	// Output:
	// ask again <nil>
	// <nil>
	// <nil>
	// ask again <nil>
}
