package orchestratetest_test

import (
	"errors"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
)

type (
	// Fetch fetches names.
	Fetch struct {
		actions.Returns[[]string]
		Container string
		Items     int
	}
	// Greet greets somebody.
	Greet struct {
		actions.Returns[actions.Void]
		Name string
	}
	// Price asks for a price.
	Price struct {
		actions.Returns[int]
		Thing string
	}
)

var errBusy = errors.New("the line is busy")

// Welcome greets everybody in a container.
func Welcome(y actions.Yield, container string) ([]string, error) {
	users, err := orchestrate.Do(y, Fetch{Container: container, Items: 3})
	if err != nil {
		return nil, err
	}
	for _, user := range users {
		if err := orchestrate.Tell(y, Greet{Name: user}); err != nil {
			return nil, err
		}
	}
	return users, nil
}

// Sum asks for the prices of things side by side, each in a flow that greets first.
func Sum(y actions.Yield, things []string) (int, error) {
	flows := make([]orchestrate.Orchestration[int], len(things))
	for i, thing := range things {
		flows[i] = func(y actions.Yield) (int, error) {
			if err := orchestrate.Tell(y, Greet{Name: thing}); err != nil {
				return 0, err
			}
			return orchestrate.Do(y, Price{Thing: thing})
		}
	}
	prices, err := orchestrate.All(y, flows...)
	sum := 0
	for _, p := range prices {
		sum += p
	}
	return sum, err
}

// Quote asks for a price, for an hour at most.
func Quote(y actions.Yield, thing string) (int, error) {
	return orchestrate.WithTimeout(y, time.Hour, orchestrate.Lift(Price{Thing: thing}))
}
