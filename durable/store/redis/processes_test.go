package redis_test

import (
	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/orchestrate"
)

// ask is a flow that waits for an answer.
var ask = durable.Define("ask", func(y actions.Yield, question string) (string, error) {
	answer, err := orchestrate.Do(y, actions.Receive[string]{Name: "answer"})
	return question + answer, err
})
