package combinators_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// Visit asks for a page of a host.
type Visit struct {
	actions.Returns[string]
	Host string
}

// visits is a handler of Visit for which the hosts in down do not answer.
func visits(down map[string]bool) *executor.Mux {
	return executor.NewMux(executor.On(func(_ context.Context, v Visit) (string, error) {
		if down[v.Host] {
			return "", errors.New("connection refused")
		}
		return "welcome to " + v.Host, nil
	}))
}

func ExampleBreaker() {
	circuit := combinators.NewCircuit(combinators.CircuitConfig{
		Name:     "pages",
		Failures: 2,
		OpenFor:  time.Hour,
		OnChange: func(c combinators.StateChange) {
			fmt.Printf("%s: %v > %v: %s\n", c.Circuit, c.From, c.To, c.Reason)
		},
	})
	exec := combinators.Breaker(circuit)(visits(map[string]bool{"a.example": true}))

	for range 3 {
		_, err := orchestrate.Run(context.Background(), orchestrate.Lift(Visit{Host: "a.example"}), exec)
		var open *combinators.OpenError
		fmt.Println(errors.As(err, &open), executor.NotDone(err))
	}
	// Output:
	// false false
	// pages: closed > open: 2 consecutive failures
	// false false
	// true true
}

func ExampleBreakerBy() {
	hostOf := func(a actions.Action) string {
		if v, ok := a.(Visit); ok {
			return v.Host
		}
		return "" // no circuit
	}
	circuits := combinators.NewCircuits(hostOf, combinators.CircuitConfig{Failures: 1})
	exec := combinators.BreakerBy(circuits)(visits(map[string]bool{"a.example": true}))

	for _, host := range []string{"a.example", "b.example"} {
		_, _ = orchestrate.Run(context.Background(), orchestrate.Lift(Visit{Host: host}), exec)
	}
	for host, circuit := range circuits.All() {
		fmt.Println(host, circuit.State())
	}
	// Output:
	// a.example open
	// b.example closed
}

func ExampleCircuit() {
	circuit := combinators.NewCircuit(combinators.CircuitConfig{Name: "pages"})
	exec := combinators.Breaker(circuit)(visits(nil))
	visit := orchestrate.Lift(Visit{Host: "a.example"})

	circuit.Isolate() // maintenance
	_, err := orchestrate.Run(context.Background(), visit, exec)
	fmt.Println(err)

	circuit.Reset()
	page, _ := orchestrate.Run(context.Background(), visit, exec)
	fmt.Println(page)

	stats := circuit.Stats()
	fmt.Println(stats.State, stats.Successes, stats.FailureRate)
	// Output:
	// step 0: combinators_test.Visit: circuit "pages" is isolated
	// welcome to a.example
	// closed 1 0
}

func ExampleCircuitConfig() {
	combinators.NewCircuit(combinators.CircuitConfig{
		Name: "payments",
		// Open when, of at least 20 calls in the last minute, half have failed …
		FailureRate: 0.5,
		// … or nearly all have taken two seconds or longer.
		SlowRate:   0.9,
		SlowCall:   2 * time.Second,
		WindowTime: time.Minute,
		MinCalls:   20,
		// Stay open for 10 s, and after each trial that fails for twice as long.
		OpenFor:    10 * time.Second,
		OpenGrowth: 2,
		MaxOpenFor: 5 * time.Minute,
		// Close when three trials have succeeded, one after the other.
		TrialSuccesses: 3,
	})
	// Output:
}

func ExampleCircuits() {
	tenantOf := func(actions.Action) string { return "acme" }
	circuits := combinators.NewCircuitsWith(tenantOf, combinators.CircuitConfig{Name: "tenants"},
		combinators.Keep{Max: 500, Idle: time.Hour})

	circuits.Get("acme").Isolate() // before it has made a call
	_, err := combinators.BreakerBy(circuits)(visits(nil)).Execute(context.Background(), Visit{})
	fmt.Println(err, circuits.Len())
	// Output:
	// circuit "tenants/acme" is isolated 1
}
