package plan_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/plan"
)

// greet greets whoever is on a flight.
func greet(y actions.Yield) (int, error) {
	flights, err := orchestrate.Do(y, Search{To: "Oslo"})
	if err != nil {
		return 0, err
	}
	for _, f := range flights {
		if err := orchestrate.Tell(y, Mail{Text: "Welcome on " + f}); err != nil {
			return 0, err
		}
	}
	return len(flights), nil
}

// What would it do? Nobody has to say what comes back: symbols show where everything goes.
func ExampleDry() {
	fmt.Println(plan.Dry(context.Background(), greet, plan.Symbolic()))
	// Output:
	// run: 3 steps
	// ├─ 0 plan_test.Search{To: "Oslo"} = []string{"‹Search@0[0]›", "‹Search@0[1]›"}
	// ├─ 1 plan_test.Mail{Text: "Welcome on ‹Search@0[0]›"}
	// ├─ 2 plan_test.Mail{Text: "Welcome on ‹Search@0[1]›"}
	// └─ result: 2
}

// With samples and durations the plan tells what would happen when: here that the bank is too slow, and what follows.
func ExampleDryWith() {
	exec := executor.NewMux(
		plan.Sample[Search]([]string{"SK 12"}),
		plan.Sample[Quote](25000),
	).Else(plan.Zero())
	p := plan.DryWith(context.Background(), orchestrate.Bind(book, "Oslo"), exec, plan.Config{
		Name: "trip",
		Duration: func(a actions.Action) time.Duration {
			if _, ok := a.(Pay); ok {
				return time.Minute
			}
			return time.Second
		},
	})
	fmt.Println(p)
	// Output:
	// trip: 8 steps, 2 cancelled, 15s
	// ├─ 0 plan_test.Search{To: "Oslo"} = []string{"SK 12"}  (1s)
	// ├─ 1 all of 1 branch  (1s)
	// │  └─ 1.0.0 plan_test.Quote{Flight: "SK 12"} = 25000  (1s)
	// ├─ 2 plan_test.Reserve{Ref: "ref-SK 12", Flight: "SK 12"} = plan_test.Seat{Row: 0, Letter: ""}  (1s)
	// ├─ 3 race of 2 branches, decided by branch 0  (1s)
	// │  ├─ 3.0.0 actions.Receive[string]{Name: "approval"} = ""  (1s)
	// │  └─ 3.1.0 actions.Sleep{For: 72h0m0s}, cancelled: branch 0 decided the group  (1s)
	// ├─ · actions.Log{Level: INFO, Message: "approved", Attrs: nil}
	// ├─ 4 scope payment, failed: not done within 10s  (10s)
	// │  └─ 4.0.0 race of 2 branches, decided by branch 1  (10s)
	// │     ├─ 4.0.0.0.0 plan_test.Pay{Ref: "ref-SK 12", Cents: 25000}, cancelled: branch 1 decided the group  (10s)
	// │     └─ 4.0.0.1.0 actions.Sleep{For: 10s}  (10s)
	// ├─ 5 shielded plan_test.Release{Ref: "ref-SK 12"}  (1s)
	// └─ error: step 4: scope payment: not done within 10s
}

// A run for real is recorded with its attempts.
func ExampleRecord() {
	tries := 0
	mux := executor.NewMux(executor.On(func(context.Context, Pay) (string, error) {
		if tries++; tries == 1 {
			return "", errDeclined
		}
		return "receipt 9", nil
	}))
	stack := combinators.Chain(
		combinators.Retried(combinators.Retry{MaxAttempts: 3}),
		plan.Attempts,
	)(mux)
	receipt, p, err := plan.Record(context.Background(), orchestrate.Lift(Pay{Ref: "r-1", Cents: 250}), stack)
	fmt.Println(receipt, err)
	for _, try := range p.Steps[0].Tries {
		fmt.Println(try.Number, try.Status, try.Err)
	}
	fmt.Println(p.Counts())
	// Output:
	// receipt 9 <nil>
	// 1 failed card declined
	// 2 done <nil>
	// steps  calls
	//     1      2  plan_test.Pay
	//     1      2  in all
}

// Somebody is asked before anything is done.
func ExampleAsk() {
	answers := strings.NewReader("yes\nno\n") // os.Stdin
	exec := plan.Approved(plan.Ask(answers, os.Stdout))(plan.Symbolic())
	_, err := orchestrate.Run(context.Background(), greet, exec)
	fmt.Println(err)
	fmt.Println("not done:", executor.NotDone(err))
	// Output:
	// 0 plan_test.Search{To: "Oslo"}
	//   [y]es, [n]o, [a]ll, all of this [t]ype, [q]uit? 1 plan_test.Mail{Text: "Welcome on ‹Search@0[0]›"}
	//   [y]es, [n]o, [a]ll, all of this [t]ype, [q]uit? step 1: plan_test.Mail: denied: the answer was no
	// not done: true
}

// First the plan, then exactly that.
func ExamplePlan_Gate() {
	flights := executor.NewMux(plan.Sample[Search]([]string{"SK 12"})).Else(plan.Zero())
	p := plan.Dry(context.Background(), greet, flights)

	// In the meantime there is another flight.
	world := executor.NewMux(plan.Sample[Search]([]string{"LH 7"})).Else(plan.Zero())
	_, err := orchestrate.Run(context.Background(), greet, plan.Approved(p.Gate())(world))
	fmt.Println(errors.Unwrap(err))
	// Output:
	// denied: it is not in the plan, or no more (Text: want "Welcome on SK 12", got "Welcome on LH 7")
}

func ExampleEither() {
	gate := plan.Either(plan.Only(Pay{Ref: "r-1", Cents: 250}), plan.Allow[Release]())
	fmt.Println(gate(context.Background(), Pay{Ref: "r-1", Cents: 250}))
	fmt.Println(gate(context.Background(), Pay{Ref: "r-1", Cents: 999}))
	fmt.Println(gate(context.Background(), Release{Ref: "whatever"}))
	// Output:
	// <nil>
	// it is not one of the approved actions (Cents: want 250, got 999)
	// <nil>
}

func ExamplePlan_CriticalPath() {
	p := plan.DryWith(context.Background(), orchestrate.Bind(book, "Oslo"), samples(), plan.Config{Duration: durations})
	fmt.Println(p.CriticalPath())
	// Output:
	// critical path: 6 steps, 1h0m5s
	//    800ms    0%  0 plan_test.Search{To: "Oslo"}
	//    500ms    0%  1.0.0 plan_test.Quote{Flight: "SK 12"}
	//       2s    0%  2 plan_test.Reserve{Ref: "ref-SK 12", Flight: "SK 12"}
	//   1h0m0s  100%  3.0.0 actions.Receive[string]{Name: "approval"}
	//       2s    0%  4.0.0.0.0 plan_test.Pay{Ref: "ref-SK 12", Cents: 0}
	//     50ms    0%  5 plan_test.Mail{Text: "Your receipt: receipt 9"}
}

func ExamplePlan_Worst() {
	second := plan.Config{Duration: func(actions.Action) time.Duration { return time.Second }}
	p := plan.DryWith(context.Background(), greet, plan.Symbolic(), second)
	fmt.Println(p.Worst(
		plan.For[Mail](plan.Policy{MaxAttempts: 5, Timeout: 2 * time.Second, Schedule: patient}),
		plan.For[actions.Action](plan.Policy{MaxAttempts: 2}),
	))
	// Output:
	// at worst: 8 calls, 18s
	//   2 calls  2s  0 plan_test.Search{To: "Oslo"}
	//   3 calls  8s  1 plan_test.Mail{Text: "Welcome on ‹Search@0[0]›"}
	//   3 calls  8s  2 plan_test.Mail{Text: "Welcome on ‹Search@0[1]›"}
}

func ExampleCost() {
	p := plan.Dry(context.Background(), greet, plan.Symbolic())
	cents := func(a actions.Action) int {
		if m, ok := a.(Mail); ok {
			return len(m.Text) / 10
		}
		return 5
	}
	fmt.Println(plan.Cost(p, cents))
	// Output:
	// calls  cost
	//     2     4  plan_test.Mail
	//     1     5  plan_test.Search
	//     3     9  in all
}
