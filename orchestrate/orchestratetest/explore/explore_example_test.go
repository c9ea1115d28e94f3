package explore_test

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
)

// Move takes money from an account, or puts it there, once for each reference.
type Move struct {
	actions.Returns[actions.Void]
	Ref, Account string
	Cents        int
}

// bank is the world of the test.
type bank struct {
	accounts map[string]int
	moved    map[string]bool
}

func newBank() *bank {
	return &bank{map[string]int{"ann": 100, "bob": 0}, map[string]bool{}}
}

func (b *bank) mux() *executor.Mux {
	return executor.NewMux(executor.OnVoid(func(_ context.Context, m Move) error {
		if !b.moved[m.Ref] {
			b.moved[m.Ref] = true
			b.accounts[m.Account] += m.Cents
		}
		return nil
	}))
}

// Transfer moves money from one account to another. If the second half fails, it gives the money back; it does not
// think of an answer that is lost.
func Transfer(y actions.Yield, cents int) (int, error) {
	if err := orchestrate.Tell(y, Move{Ref: "t-1 out", Account: "ann", Cents: -cents}); err != nil {
		return 0, err
	}
	if err := orchestrate.Tell(y, Move{Ref: "t-1 in", Account: "bob", Cents: cents}); err != nil {
		back := Move{Ref: "t-1 back", Account: "ann", Cents: cents}
		return 0, errors.Join(err, orchestrate.Tell(y, back))
	}
	return cents, nil
}

// printer is the *testing.T of an example.
type printer struct{}

func (printer) Helper() {}

func (printer) Logf(string, ...any) {}

func (printer) Errorf(format string, args ...any) { fmt.Fprintf(os.Stdout, format+"\n", args...) }

func (printer) FailNow() {}

// The exploration finds the shortest way to lose money.
func ExampleSchedules() {
	var t printer // in a test, a *testing.T

	report := explore.Schedules(t, explore.Bounds{}, func(s *explore.Schedule) {
		b := newBank()
		_, err := explore.Run(s, orchestrate.Bind(Transfer, 30), b.mux())
		if sum := b.accounts["ann"] + b.accounts["bob"]; sum != 100 {
			s.Errorf("there are %d cents; the transfer said: %v", sum, err)
		}
	})

	fmt.Println("found:", report.Failing)
	// Output:
	// explore: the test fails under the schedule
	//
	//     lose 0
	//
	//     there are 70 cents; the transfer said: step 0: explore_test.Move: fault: the answer was lost
	//
	// What happened:
	//
	//     0      explore_test.Move{Ref: "t-1 out", Account: "ann", Cents: -30}
	//            -> error: fault: the answer was lost (carried out)
	//
	// After 3 schedules. To run this one again: explore.Replay(t, bounds, `lose 0`, body)
	// found: lose 0
}
