package policy_test

import (
	"fmt"
	"testing"

	"go.uber.org/goleak"

	"github.com/baton-go/baton/examples/linkcheck/internal/policy"
	"github.com/baton-go/baton/executor"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func ExampleStack() {
	fmt.Println(executor.Layers(policy.Stack(policy.Default())(executor.NewMux())))
	// Output:
	// Parallelize > System > When(Cached(answers) > Coalesced) > For[check.Remote](Retried(3) > Timed(15s)) > Mux(0)
}
