package main

import (
	"context"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// noop is an action whose handler does nothing.
type noop struct {
	actions.Returns[int]
	N int
}

func mux() executor.Executor {
	return executor.NewMux(executor.On(func(_ context.Context, a noop) (int, error) { return a.N, nil }))
}

// straight is a workflow of n steps.
func straight(y actions.Yield, n int) (int, error) {
	sum := 0
	for i := range n {
		v, err := orchestrate.Do(y, noop{N: i})
		if err != nil {
			return sum, err
		}
		sum += v
	}
	return sum, nil
}

var straightFlow = durable.Define("straight", straight)
