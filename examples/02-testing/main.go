// Testing shows a workflow with decisions in it. The lesson is in main_test.go: since a workflow is a function that
// does nothing itself, a test of it is a call of it.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// Order is what the shop knows of an order.
type Order struct {
	Customer string
	Paid     int
}

// ErrNoOrder is the error of looking for an order that does not exist.
var ErrNoOrder = errors.New("no such order")

// What a refund needs from the world.
type (
	// FindOrder looks an order up.
	FindOrder struct {
		actions.Returns[Order]
		ID string
	}
	// AskManager asks a human being, who may take days.
	AskManager struct {
		actions.Returns[bool]
		Question string
	}
	// PayBack gives money back.
	PayBack struct {
		actions.Returns[actions.Void]
		Order  string
		Amount int
	}
	// Write writes to somebody.
	Write struct {
		actions.Returns[actions.Void]
		To, Text string
	}
)

// Refund pays an order back. Up to 100 that needs nobody's leave. It returns what to tell the customer: a "no" is a
// result, and an error means that we do not know.
func Refund(y actions.Yield, id string) (string, error) {
	order, err := orchestrate.Do(y, FindOrder{ID: id})
	switch {
	case errors.Is(err, ErrNoOrder):
		return "We do not know this order.", nil
	case err != nil:
		return "", err
	}
	if order.Paid > 100 {
		question := fmt.Sprintf("Pay back %d to %s?", order.Paid, order.Customer)
		agreed, err := orchestrate.Do(y, AskManager{Question: question})
		if err != nil {
			return "", err
		}
		if !agreed {
			return "We are sorry, but no.", nil
		}
	}
	if err := orchestrate.Tell(y, PayBack{Order: id, Amount: order.Paid}); err != nil {
		// Whether it was paid is for a human being to find out.
		note := "look into the refund of order " + id
		return "", errors.Join(err, orchestrate.Tell(y, Write{To: "accounting", Text: note}))
	}
	return fmt.Sprintf("%d is on its way.", order.Paid), nil
}

func main() {
	orders := map[string]Order{"1": {"Ada", 30}, "2": {"Grace", 300}, "3": {"Edsger", 500}}

	exec := executor.NewMux(
		executor.On(func(_ context.Context, a FindOrder) (Order, error) {
			order, ok := orders[a.ID]
			if !ok {
				return Order{}, ErrNoOrder
			}
			return order, nil
		}),
		executor.On(func(_ context.Context, a AskManager) (bool, error) {
			fmt.Println("  manager:", a.Question)
			return a.Question == "Pay back 300 to Grace?", nil
		}),
		executor.OnVoid(func(_ context.Context, a PayBack) error {
			fmt.Println("  bank: pay back", a.Amount)
			return nil
		}),
		executor.OnVoid(func(_ context.Context, a Write) error {
			fmt.Printf("  to %s: %s\n", a.To, a.Text)
			return nil
		}),
	)

	for _, id := range []string{"1", "2", "3", "4"} {
		fmt.Println("order", id)
		answer, err := orchestrate.Run(context.Background(), orchestrate.Bind(Refund, id), exec)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(" ", answer)
	}
}
