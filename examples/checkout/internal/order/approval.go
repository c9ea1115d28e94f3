package order

import (
	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
)

// Approval is the manager's answer. It comes from outside as an event of the name [Approved], whenever it comes.
type Approval struct {
	OK bool
	By string
}

// Approved is the name of the event.
const Approved = "approval"

// approve waits for the manager if much money is at stake. While it waits it costs nothing: no goroutine and no memory.
// The deadline is kept through restarts.
func approve(y actions.Yield, undo *orchestrate.Undo, o Order, amount Money) error {
	if amount < o.Terms.AskFrom {
		return nil
	}
	if _, err := orchestrate.Reversible(y, undo, AskManager{Order: o.ID, Amount: amount}); err != nil {
		return err
	}
	return orchestrate.Select(y,
		orchestrate.When(actions.Receive[Approval]{Name: Approved}, func(a Approval) error {
			if !a.OK {
				return ErrRefused
			}
			return nil
		}),
		orchestrate.When(actions.Sleep{For: o.Terms.Patience}, func(actions.Void) error { return ErrUnanswered }),
	)
}
