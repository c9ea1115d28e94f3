package durable

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/baton-go/baton/durable/store"
)

// parentsLive sees that the parents of runs are there and have not ended.
func parentsLive(ctx context.Context, in store.Store, runs []store.Run) error {
	asked := map[string]bool{"": true}
	for _, r := range runs {
		if asked[r.Parent] {
			continue
		}
		asked[r.Parent] = true
		if err := checkContext(ctx); err != nil {
			return err
		}
		found, err := in.List(ctx, store.Query{IDs: []string{r.Parent}, Limit: 1})
		switch {
		case err != nil:
			return err
		case len(found) == 0:
			return fmt.Errorf("parent %q: %w", r.Parent, ErrNotFound)
		case found[0].Status.Finished():
			return fmt.Errorf("parent %q: %w", r.Parent, ErrFinished)
		}
	}
	return nil
}

// endOrphans cancels children whose parents have ended since [parentsLive] looked: those that ended them before they
// were there could not.
func (c *Client) endOrphans(ctx context.Context, in store.Store, runs []store.Run) error {
	runs = slices.DeleteFunc(slices.Clone(runs), func(r store.Run) bool { return r.OnParentClose == Abandon })
	if err := parentsLive(ctx, in, runs); !errors.Is(err, ErrFinished) {
		return err
	}
	for _, r := range runs {
		if r.Parent == "" || parentsLive(ctx, in, []store.Run{r}) == nil {
			continue
		}
		if _, err := c.Cancel(ctx, r.ID, parentEnded); err != nil && !errors.Is(err, ErrFinished) {
			return err
		}
	}
	return nil
}

// parentEnded is why a child is cancelled.
const parentEnded = "its parent has ended"
