package command

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/baton-go/baton/examples/checkout/internal/order"
)

// manage has the manager answer whatever is on the desk, also what was put there in an earlier life.
func (b business) manage(ctx context.Context, o options, in io.Reader) {
	if o.manager == "sleep" {
		return
	}
	answer := func(ctx context.Context, _ order.AskManager) (bool, error) {
		return o.manager == "yes", pause(ctx, 2*o.pace)
	}
	if o.manager == "ask" {
		answer = b.prompt(ctx, in)
	}
	for ctx.Err() == nil {
		if err := b.answerOne(ctx, answer); err != nil && !errors.Is(err, context.Canceled) {
			b.out.printf("The manager has gone home: %v.", err)
			return
		}
	}
}

// answerOne answers what is on top of the desk, or looks again in a moment if nothing is.
func (b business) answerOne(ctx context.Context, answer func(context.Context, order.AskManager) (bool, error)) error {
	asked, found, err := b.shop.Asked(ctx)
	if err != nil {
		return err
	}
	if !found {
		return pause(ctx, 20*time.Millisecond)
	}
	ok, err := answer(ctx, asked)
	if err != nil {
		return err
	}
	said, err := b.shop.Answer(ctx, b.rt.Client, asked.Order, order.Approval{OK: ok, By: "the manager"})
	if err == nil && said {
		b.out.printf("%-9s the manager says %s", asked.Order, map[bool]string{true: "yes", false: "no"}[ok])
	}
	return err
}

// prompt asks at the terminal.
func (b business) prompt(ctx context.Context, in io.Reader) func(context.Context, order.AskManager) (bool, error) {
	answers := make(chan string)
	go func() { // until the input ends, or the process does: a read of a terminal cannot be interrupted
		defer close(answers)
		for lines := bufio.NewScanner(in); lines.Scan(); {
			select {
			case answers <- lines.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	return func(ctx context.Context, a order.AskManager) (bool, error) {
		for {
			b.out.printf("%-9s Shall we? It is about %v. Type yes or no.", a.Order, a.Amount)
			select {
			case text, ok := <-answers:
				switch strings.ToLower(strings.TrimSpace(text)) {
				case "y", "yes":
					return true, nil
				case "n", "no":
					return false, nil
				}
				if !ok {
					return false, fmt.Errorf("nobody is there any more: %w", io.EOF)
				}
			case <-ctx.Done():
				return false, ctx.Err()
			}
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
