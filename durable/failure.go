package durable

import (
	"errors"
	"fmt"

	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/durable/store"
)

// failure is the error that a payload is of. One that cannot be read is an error that says so.
func (c *Client) failure(p store.Payload) error {
	err, bad := c.errors.Decode(c.codecs, p)
	switch {
	case bad != nil:
		return fmt.Errorf("an error that cannot be read: %w", bad)
	case err == nil:
		return errors.New("no error was recorded")
	}
	return err
}

func (c *Client) runError(r store.Run) error {
	e := &RunError{Run: r.ID, Flow: r.Flow, Err: c.failure(r.Failure)}
	e.Message = e.Err.Error()
	if rec, ok := errors.AsType[*codec.Recorded](e.Err); ok {
		e.Code, e.Details = rec.Code(), rec.Details()
	}
	return e
}

func (c *Client) cancelledError(r store.Run) error {
	if r.Failure.Codec == "" {
		return &CancelledError{Run: r.ID, Reason: r.Reason}
	}
	err := c.failure(r.Failure)
	if e, ok := errors.AsType[*CancelledError](err); ok && e.Run == r.ID {
		return e
	}
	return &CancelledError{Run: r.ID, Reason: r.Reason, Err: err}
}
