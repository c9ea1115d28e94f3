package durable

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/baton-go/baton/durable/store"
)

const maxReason = 4096

// Cancel asks for a run to be cancelled. Once it returns nil the request is durable, and the run ends as Cancelled: a
// run that was not started yet at once, any other as soon as its orchestration has returned. The contexts of the
// actions that are being carried out end, with a [*CancelledError] as their cause; the orchestration sees the error at
// its yield, and may compensate under a shield; its children are cancelled, too. Whatever it returns then, the run is
// Cancelled. Wait for that with [Handle.Result].
//
// It reports whether it was this call that had the run cancelled: it was not if somebody else asked for it before,
// whose reason stays. Of a run that has ended the error is [ErrFinished], of one that is not there [ErrNotFound]. A run
// that nobody carries out, because it waits or is paused, is made due for it. One that is blocked is cancelled once the
// code fits its journal again: until then it cannot compensate. What cannot wait for that is [Client.Terminate].
func (c *Client) Cancel(ctx context.Context, id, reason string) (cancelled bool, err error) {
	if err := checkReason(reason); err != nil {
		return false, fmt.Errorf("cancel run %s: %w", quote(id), err)
	}
	for {
		r, err := c.row(ctx, id)
		if err == nil && r.Status.Finished() {
			err = ErrFinished
		}
		if err != nil {
			return false, fmt.Errorf("cancel run %s: %w", quote(id), err)
		}
		if !r.State.Cancelled.IsZero() {
			return false, nil
		}
		w, err := c.cancelWrite(r, reason, exact(time.Now()))
		if err == nil {
			err = c.commit(ctx, w)
		}
		switch {
		case errors.Is(err, store.ErrChanged): // look again
		case err != nil:
			return false, fmt.Errorf("cancel run %q: %w", id, err)
		default:
			c.tellWritten(ctx, r, *w.State)
			return true, nil
		}
	}
}

// cancelWrite is the write that has a run cancelled, or ends it as that if it was never started.
func (c *Client) cancelWrite(r store.Run, reason string, now time.Time) (store.Write, error) {
	s := r.State
	w := store.Write{Run: r.ID, State: &s, Revision: r.Revision}
	failure, err := c.errors.Encode(c.codecs, &CancelledError{Run: r.ID, Reason: reason})
	if err != nil {
		return w, err
	}
	s.Cancelled, s.Failure, s.Due = now, failure, now
	spare(&s)                                                  // so that it can end
	if s.Status != store.Blocked && s.Status != store.Paused { // which have a reason of their own
		s.Reason = reason
	}
	if r.Epoch == 0 {
		s.Status, s.Reason, s.Due, s.Finished, s.Expires = store.Cancelled, reason, time.Time{}, now, expires(r, now)
		s.Result = store.Payload{}
		w.Release = true
		w.Send = childEnd(r, s)
	}
	return w, nil
}

// cancelReason is why the run was, or is to be, cancelled. The row's own reason may be that of something else.
func (c *Client) cancelReason(r store.Run) string {
	if e, ok := errors.AsType[*CancelledError](c.failure(r.Failure)); ok && e.Run == r.ID {
		return e.Reason
	}
	return r.Reason
}

// commit makes one write.
func (c *Client) commit(ctx context.Context, w store.Write) error {
	errs, err := c.store.Commit(ctx, []store.Write{w})
	if err == nil && len(errs) > 0 {
		err = errs[0]
	}
	return err
}

// checkReason refuses what nobody could read.
func checkReason(reason string) error {
	if len(reason) > maxReason {
		return &TooLargeError{What: "reason", Size: len(reason), Limit: maxReason}
	}
	return nil
}
