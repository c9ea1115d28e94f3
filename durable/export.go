package durable

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
)

// Export returns all that the store has of a run, as JSON: its row, its journal since it last continued as new, and the
// events that it has not received. The format is that of [journal.Export]: what [Client.Import] reads into any store,
// package durabletest replays against today's code, and people read. Payloads stand there as they are kept: what a
// codec encrypts stays encrypted. Who carries the run out is left out, and so are the keys of events that it has
// received.
//
// The run may be under way; it is exported as it stood at one moment. Of one that is not there the error is
// [ErrNotFound].
func (c *Client) Export(ctx context.Context, id string) ([]byte, error) {
	h, err := c.history(ctx, id)
	if err == nil && importing(&h.Run.State) {
		err = errImporting
	}
	if err != nil {
		return nil, fmt.Errorf("export run %s: %w", quote(id), err)
	}
	return journal.Export(h)
}

// ExportAll writes the runs that meet the filter as lines of JSON, as [Client.Export] and in the order of
// [Client.List], and returns how many it has written, also with an error. Each run is exported as it stood at one
// moment, but not all at the same: to move them elsewhere, close the runtimes of the store first, or pause the runs.
func (c *Client) ExportAll(ctx context.Context, w io.Writer, f Filter) (n int, err error) {
	var line bytes.Buffer
	for m, err := range c.List(ctx, f) {
		if err != nil {
			return n, fmt.Errorf("export: %w", err)
		}
		text, err := c.Export(ctx, m.ID)
		if errors.Is(err, ErrNotFound) {
			continue // it was deleted since it was listed
		}
		if err != nil {
			return n, err
		}
		line.Reset()
		if err := json.Compact(&line, text); err != nil {
			return n, fmt.Errorf("export run %q: %w", m.ID, err)
		}
		line.WriteByte('\n')
		if _, err := w.Write(line.Bytes()); err != nil {
			return n, fmt.Errorf("export run %q: %w", m.ID, err)
		}
		n++
	}
	return n, nil
}

// history returns all that the store has of a run.
func (c *Client) history(ctx context.Context, id string) (store.History, error) {
	if err := c.ready(ctx); err != nil {
		return store.History{}, err
	}
	if err := checkID(id); err != nil {
		return store.History{}, err
	}
	return c.store.Load(ctx, id, store.Mark{})
}
