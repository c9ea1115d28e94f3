package plan_test

import (
	"errors"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/plan"
)

// The travel agency of the tests.
type (
	// Search finds the flights to a place.
	Search struct {
		actions.Returns[[]string]
		To string
	}
	// Quote asks what a flight costs.
	Quote struct {
		actions.Returns[int]
		Flight string
	}
	// Reserve reserves a seat under a reference of the caller's.
	Reserve struct {
		actions.Returns[Seat]
		Ref, Flight string
	}
	// Release gives a seat back.
	Release struct {
		actions.Returns[actions.Void]
		Ref string
	}
	// Pay pays for it.
	Pay struct {
		actions.Returns[string]
		Ref   string
		Cents int
	}
	// Mail writes to the traveller.
	Mail struct {
		actions.Returns[actions.Void]
		Text string
	}
	Seat struct {
		Row    int
		Letter string
	}
)

var errDeclined = errors.New("card declined")

// book is the workflow of the tests: it has a group, a scope, a saga, a timeout and a wait for somebody.
func book(y actions.Yield, to string) (string, error) {
	flights, err := orchestrate.Do(y, Search{To: to})
	if err != nil {
		return "", err
	}
	quotes := make([]Quote, len(flights))
	for i, f := range flights {
		quotes[i].Flight = f
	}
	prices, err := orchestrate.All(y, orchestrate.Each(quotes...)...)
	if err != nil {
		return "", err
	}
	best := 0
	for i, p := range prices {
		if p < prices[best] {
			best = i
		}
	}
	return orchestrate.Saga(y, func(y actions.Yield, undo *orchestrate.Undo) (string, error) {
		return buy(y, undo, flights[best], prices[best])
	})
}

func buy(y actions.Yield, undo *orchestrate.Undo, flight string, cents int) (string, error) {
	ref := "ref-" + flight
	if _, err := orchestrate.Undoable(y, undo, Reserve{Ref: ref, Flight: flight}, Release{Ref: ref}); err != nil {
		return "", err
	}
	err := orchestrate.Select(y,
		orchestrate.When(actions.Receive[string]{Name: "approval"}, func(string) error { return nil }),
		orchestrate.When(actions.Sleep{For: 72 * time.Hour}, func(actions.Void) error { return errors.New("too late") }),
	)
	if err != nil {
		return "", err
	}
	if err := orchestrate.Tell(y, actions.Log{Message: "approved"}); err != nil {
		return "", err
	}
	receipt, err := orchestrate.Scope(y, "payment", func(y actions.Yield) (string, error) {
		return orchestrate.WithTimeout(y, 10*time.Second, orchestrate.Lift(Pay{Ref: ref, Cents: cents}))
	})
	if err != nil {
		return "", err
	}
	return receipt, orchestrate.Tell(y, Mail{Text: "Your receipt: " + receipt})
}

func trip() orchestrate.Orchestration[string] { return orchestrate.Bind(book, "Oslo") }

// samples answer what the agency would.
func samples(more ...executor.Handler) executor.Executor {
	return executor.NewMux(append([]executor.Handler{
		plan.Sample[Search]([]string{"SK 12", "LH 7"}),
		plan.Sample[Reserve](Seat{Row: 7, Letter: "C"}),
		plan.Sample[actions.Receive[string]]("go"),
		plan.Sample[Pay]("receipt 9"),
	}, more...)...).Else(plan.Zero())
}

// durations are how long it would take.
func durations(a actions.Action) time.Duration {
	switch a := a.(type) {
	case Search:
		return 800 * time.Millisecond
	case Quote:
		return time.Duration(len(a.Flight)) * 100 * time.Millisecond
	case actions.Receive[string]:
		return time.Hour
	case Pay, Reserve:
		return 2 * time.Second
	}
	return 50 * time.Millisecond
}

var patient = backoff.Constant(time.Second).UpTo(2)
