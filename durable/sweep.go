package durable

import (
	"context"
	"fmt"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// sweepBatch is how many runs Sweep deletes in a transaction.
const sweepBatch = 256

// Sweep deletes the runs that have expired: those that ended longer ago than their retention, which counts from their
// end. It works in batches of a few hundred runs, so that it never holds the store for long, and returns how many it
// removed, also with an error. Any number of processes may sweep one store.
func (c *Client) Sweep(ctx context.Context) (removed int, err error) {
	q := store.Query{Expired: exact(time.Now()), Limit: sweepBatch}
	for {
		if err := c.ready(ctx); err != nil {
			return removed, fmt.Errorf("sweep: %w", err)
		}
		runs, err := c.store.List(ctx, q)
		if err != nil {
			return removed, fmt.Errorf("sweep: %w", err)
		}
		if len(runs) == 0 {
			return removed, nil
		}
		ids := make([]string, len(runs))
		for i, r := range runs {
			ids[i] = r.ID
			q.After = store.Cursor{Created: r.Created, ID: r.ID}
		}
		n, err := c.store.Delete(ctx, ids)
		removed += n
		if err != nil {
			return removed, fmt.Errorf("sweep: %w", err)
		}
	}
}

// Delete deletes a run that has ended, with everything that belongs to it; its ID is free again. The error is
// [ErrNotFinished] if it has not ended (cancel it first), and [ErrNotFound] if there is none. Handles for it find
// nothing any more.
func (c *Client) Delete(ctx context.Context, id string) error {
	r, err := c.row(ctx, id)
	if err == nil && !r.Status.Finished() {
		err = ErrNotFinished
	}
	if err == nil {
		var n int
		if n, err = c.store.Delete(ctx, []string{id}); err == nil && n == 0 {
			err = ErrNotFound // somebody else has deleted it
		}
	}
	if err != nil {
		return fmt.Errorf("delete run %s: %w", quote(id), err)
	}
	return nil
}
