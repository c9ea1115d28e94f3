package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/examples/checkout/internal/order"
	"github.com/baton-go/baton/examples/checkout/internal/outside"
	"github.com/baton-go/baton/executor"
)

// lines tells people what happens, a line each.
type lines struct {
	mu  sync.Mutex
	out io.Writer
}

func (l *lines) printf(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintf(l.out, format+"\n", args...)
}

// happened is called after every action that was really carried out, each attempt of it. What a journal answers, after
// a crash, does not come by here.
func (l *lines) happened(ctx context.Context, a actions.Action, result any, err error) {
	run := executor.StepFrom(ctx).Run()
	switch {
	case errors.Is(err, outside.ErrLine):
		l.printf("%-9s %s: %v; again", run, what(a, nil), err)
	case errors.Is(err, context.Canceled): // somebody else was faster
	case err != nil:
		l.printf("%-9s %s: no, %v", run, what(a, nil), order.Why(err))
	default:
		l.printf("%-9s %s", run, what(a, result))
	}
}

// what says what an action is about, and what came of it if there is something to say.
func what(a actions.Action, result any) string {
	var text string
	switch a := a.(type) {
	case order.Quote:
		text = fmt.Sprintf("what does the %s want", a.Carrier)
	case order.Reserve:
		text = fmt.Sprintf("take %d × %s off the shelf", a.Count, a.Item)
	case order.Release:
		text = "put everything back"
	case order.AskManager:
		text = fmt.Sprintf("ask the manager about %v", a.Amount)
	case order.Withdraw:
		text = "leave the manager alone"
	case order.Charge:
		text = fmt.Sprintf("charge %v", a.Amount)
	case order.Refund:
		text = "give the money back"
	case order.Ship:
		text = fmt.Sprintf("ship to %s with the %s", a.To, a.Carrier)
	case order.Recall:
		text = "call the parcel back"
	case order.Issue:
		text = fmt.Sprintf("receipt for %v", a.Receipt.Total())
	case order.Annul:
		text = "tear the receipt up"
	default:
		text = actions.Name(a)
	}
	if result == nil || result == (actions.Void{}) {
		return text
	}
	return fmt.Sprintf("%s: %v", text, result)
}
