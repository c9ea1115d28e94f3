package durable

import (
	"context"
	"fmt"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// SendOption says how an event is to be sent.
type SendOption func(*sendOptions)

type sendOptions struct{ key string }

// DedupKey keeps an event from being delivered twice: of events with the same key, whatever their names, a run gets the
// first that was sent, for as long as the run is kept. With a key, sending may be repeated after an error. A key has 1
// to 200 printable characters.
func DedupKey(key string) SendOption { return func(o *sendOptions) { o.key = key } }

// Send sends an event to a run. Once it returns nil the event is in the run's inbox, and is received by the
// orchestration exactly once: by the next actions.Receive of this name, whether that waits already, comes later, or
// never. Events of one name are received in the order in which they were sent. A run that was unloaded while it waits
// comes back for it. A payload of nil is no value; the receiver has the zero one.
//
// The error is [ErrNotFound] if there is no such run, and [ErrFinished] if it has ended. A run that is pending, blocked
// or paused gets the event for later. After an error of the store itself the event may have been sent or not: with a
// [DedupKey], send it again.
func (c *Client) Send(ctx context.Context, id, name string, payload any, opts ...SendOption) error {
	m, err := c.message(ctx, id, name, payload, opts)
	if err == nil {
		var errs []error
		errs, err = c.store.Send(ctx, []store.Message{m})
		if err == nil && len(errs) > 0 {
			err = errs[0]
		}
	}
	if err != nil {
		return fmt.Errorf("send %s to run %s: %w", quote(name), quote(id), err)
	}
	return nil
}

func (c *Client) message(
	ctx context.Context, id, name string, payload any, opts []SendOption,
) (m store.Message, err error) {
	var o sendOptions
	for _, opt := range opts {
		if opt == nil {
			return m, fmt.Errorf("%w: it is nil", ErrBadOption)
		}
		opt(&o)
		if err := checkOwnName("deduplication key", o.key); err != nil {
			return m, err
		}
	}
	if err := c.ready(ctx); err != nil {
		return m, err
	}
	if err := checkID(id); err != nil {
		return m, err
	}
	if err := checkOwnName("event name", name); err != nil {
		return m, err
	}
	m = store.Message{Run: id, Name: name, Key: o.key, Sent: exact(time.Now())}
	if payload != nil {
		m.Payload, err = c.encode("payload", payload)
	}
	return m, err
}
