package rules_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/rules"
)

// Account is what the examples' rules are about.
type Account struct {
	Owner  string
	Age    int
	Role   string
	Amount int
}

// HasPaid asks the billing service whether an account's bills are paid.
type HasPaid struct {
	actions.Returns[bool]
	Owner string
}

func olderThan(age int) rules.Rule[Account] {
	return rules.Pure("older_than", func(a Account) bool { return a.Age > age }, age).
		Message("{{.Owner}} must be over {{.arg0}}")
}

func hasRole(role string) rules.Rule[Account] {
	return rules.Pure("has_role", func(a Account) bool { return a.Role == role }, role)
}

var (
	hasPaid = rules.Asks("has_paid", func(a Account) actions.Of[bool] { return HasPaid{Owner: a.Owner} }).
		Message("{{.Owner}} has open bills")
	mayOrder = rules.And(olderThan(17), rules.Or(hasRole("staff"), hasPaid))

	bills = combinators.Parallelize()(executor.System(executor.NewMux(
		executor.On(func(_ context.Context, a HasPaid) (bool, error) { return a.Owner != "Bob", nil }),
	)))
)

func Example() {
	for _, a := range []Account{{Owner: "Ada", Age: 36}, {Owner: "Bob", Age: 41}, {Owner: "Cleo", Age: 9}} {
		verdict, err := orchestrate.Run(context.Background(), orchestrate.Bind(mayOrder.Check, a), bills)
		if err != nil {
			fmt.Println("could not find out:", err)
			continue
		}
		fmt.Println(a.Owner, verdict.OK, verdict.Err())
	}
	// Output:
	// Ada true <nil>
	// Bob false check failed: has_role("staff"); Bob has open bills
	// Cleo false Cleo must be over 17
}

// "No" is a verdict; "could not find out" is an error.
func ExampleRule_Check() {
	verdict, err := mayOrder.Check(func(actions.Action) (any, error) {
		return nil, errors.New("the billing service is down")
	}, Account{Owner: "Ada", Age: 36})
	fmt.Println(verdict.OK, err)
	// Output: false the billing service is down
}

func ExampleValidate() {
	rule := rules.And(olderThan(17), hasRole("staff"), hasPaid)
	flow := func(y actions.Yield) (rules.Verdict[Account], error) {
		return rules.Validate(y, rule, Account{Owner: "Bob", Age: 9})
	}
	report, err := orchestrate.Run(context.Background(), flow, bills)
	fmt.Println(report.OK, err)
	for _, r := range report.Reasons {
		fmt.Printf("%s  %-18s %s\n", r.Path, r.Rule, r.Message)
	}
	// Output:
	// false <nil>
	// 0  older_than(17)     Bob must be over 17
	// 1  has_role("staff")  check failed: has_role("staff")
	// 2  has_paid           Bob has open bills
}

// A transform is a rule too: what it makes of the value flows on.
func ExamplePipe() {
	errLimit := errors.New("over the limit")
	discount := rules.Pipe("discount", func(_ actions.Yield, a Account) (Account, error) {
		a.Amount -= a.Amount / 10
		return a, nil
	})
	withinLimit := rules.Pipe("limit", func(_ actions.Yield, a Account) (Account, error) {
		if a.Amount > 500 {
			return a, errLimit
		}
		return a, nil
	})
	rule := rules.Then(rules.And(hasRole("staff"), discount), withinLimit)
	for _, role := range []string{"staff", "guest"} {
		verdict, err := rule.Check(nil, Account{Amount: 550, Role: role})
		fmt.Println(verdict.OK, verdict.Value.Amount, errors.Is(verdict.Err(), errLimit), err)
	}
	// Output:
	// true 495 false <nil>
	// false 550 true <nil>
}

func ExampleExplain() {
	fmt.Print(rules.Explain(rules.If(hasRole("staff"), olderThan(15), mayOrder)))
	// Output:
	// if has_role("staff"):
	//   older_than(15)
	// otherwise:
	//   all of:
	//     older_than(17)
	//     any of:
	//       has_role("staff")
	//       has_paid
}

func ExampleTrace() {
	now := time.Date(2025, time.March, 1, 12, 0, 0, 0, time.UTC)
	traced, err := rules.Trace(func(a actions.Action) (any, error) {
		if _, ok := a.(actions.Now); ok {
			return now, nil
		}
		now = now.Add(20 * time.Millisecond)
		return true, nil
	}, mayOrder, Account{Owner: "Ada", Age: 36})
	fmt.Print(traced.OK, err, "\n", traced)
	// Output:
	// true <nil>
	// yes older_than(17) 0s
	// no  has_role("staff") 0s
	// yes has_paid 20ms
}

func ExampleParallel() {
	rule := rules.Parallel(hasPaid, olderThan(17), hasRole("staff"))
	verdict, err := orchestrate.Run(context.Background(), orchestrate.Bind(rule.Check, Account{Owner: "Bob"}), bills)
	fmt.Println(verdict.Err(), err)
	// Output: Bob has open bills; Bob must be over 17; check failed: has_role("staff") <nil>
}

func ExampleParallelAny() {
	rule := rules.ParallelAny(hasRole("staff"), hasPaid)
	verdict, err := orchestrate.Run(context.Background(), orchestrate.Bind(rule.Check, Account{Owner: "Ada"}), bills)
	fmt.Println(verdict.OK, verdict.Winner(), err)
	// Output: true has_paid <nil>
}

func ExampleRetry() {
	calls := 0
	flaky := rules.Flow("flaky", func(actions.Yield, Account) (bool, error) {
		if calls++; calls < 3 {
			return false, errors.New("try later")
		}
		return true, nil
	})
	rule := rules.Retry(flaky, rules.Attempts{Max: 5, Schedule: backoff.Exponential(time.Millisecond, 2).FullJitter()})
	verdict, err := orchestrate.Run(context.Background(), orchestrate.Bind(rule.Check, Account{}), bills)
	fmt.Println(verdict.OK, verdict.Notes[0].Attempts, verdict.Notes[0].Errs, err)
	// Output: true 3 [try later try later] <nil>
}

func ExampleTimeout() {
	asleep := rules.Flow("asleep", func(y actions.Yield, _ Account) (bool, error) {
		return true, orchestrate.Tell(y, actions.Sleep{For: time.Hour})
	})
	tooSlow := rules.Pure("in_time", func(Account) bool { return false }).Message("ask again later")
	rule := rules.Timeout(asleep, time.Millisecond, tooSlow)
	verdict, err := orchestrate.Run(context.Background(), orchestrate.Bind(rule.Check, Account{}), bills)
	fmt.Println(verdict.Err(), err)
	// Output: ask again later <nil>
}

// A policy for one rule: a breaker around billing, and nothing else.
func ExampleNamed() {
	rule := rules.And(olderThan(17), rules.Named("billing", hasPaid))
	down := executor.NewMux(executor.On(func(context.Context, HasPaid) (bool, error) {
		return false, errors.New("the billing service is down")
	}))
	circuit := combinators.NewCircuit(combinators.CircuitConfig{Failures: 1})
	exec := combinators.Parallelize()(combinators.Named("billing", combinators.Breaker(circuit))(down))
	for range 2 {
		_, err := orchestrate.Run(context.Background(), orchestrate.Bind(rule.Check, Account{Age: 40}), exec)
		var open *combinators.OpenError
		fmt.Println(errors.As(err, &open))
	}
	// Output:
	// false
	// true
}

func ExampleCached() {
	asked := 0
	paid := rules.Cached(hasPaid, func(a Account) string { return a.Owner })
	rule := rules.And(rules.Or(hasRole("staff"), paid), rules.Parallel(paid, olderThan(17)))
	exec := combinators.Parallelize()(executor.NewMux(
		executor.On(func(context.Context, HasPaid) (bool, error) { asked++; return true, nil }),
	))
	verdict, err := orchestrate.Run(context.Background(), orchestrate.Bind(rule.Check, Account{Age: 40}), exec)
	fmt.Println(verdict.OK, err, asked)
	// Output: true <nil> 1
}
