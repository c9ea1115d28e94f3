package command

import (
	"context"
	"errors"
	"fmt"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/examples/checkout/internal/order"
	"github.com/baton-go/baton/examples/checkout/internal/shop"
)

// resumed tells where the orders stand that an earlier life of this program has left. A client asks, and carries
// nothing out.
func resumed(ctx context.Context, st store.Store, out *lines) error {
	client := durable.NewClient(st)
	left := durable.Filter{Statuses: []durable.Status{durable.Pending, durable.Running, durable.Waiting}}
	for run, err := range client.List(ctx, left) {
		if err != nil {
			return err
		}
		steps, err := client.Steps(ctx, run.ID)
		if err != nil {
			return err
		}
		out.printf("%-9s goes on; on record: %d steps", run.ID, len(steps))
	}
	return nil
}

// end is what has become of an order.
type end struct {
	id      string
	receipt order.Receipt
	failed  error
}

// ends waits until every order has ended, and returns what has become of them.
func ends(ctx context.Context, c *durable.Client) (all []end, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("not every order has ended: %w", err)
		}
	}()
	for run, err := range c.List(ctx, durable.Filter{Flows: []string{shop.Checkout.Name()}}) {
		if err != nil {
			return nil, err
		}
		receipt, err := shop.Checkout.Attach(c, run.ID).Result(ctx)
		if _, failed := errors.AsType[*durable.RunError](err); err != nil && !failed {
			return nil, err
		}
		all = append(all, end{run.ID, receipt, err})
	}
	return all, nil
}
