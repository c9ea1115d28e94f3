package durable

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable/store"
)

// Terminate ends a run now, without asking its flow: nothing is compensated. It is for runs that cannot end otherwise,
// because they are blocked, or nobody knows their flow, or their code does not heed [Client.Cancel]. Once it returns
// nil the run has ended as Failed, with a [*TerminatedError]; or, if somebody asked for it to be cancelled before, as
// Cancelled, with that error in it. Whoever carries the run out can write nothing more from then on; the contexts of
// its actions end as soon as that one hears of it, which is at once on a store that tells about changes, and else when
// it writes, or renews its lease.
//
// The children of the run that end with it are cancelled, and its parent is told. What a step that was under way has
// done is not on record.
//
// Of a run that has ended, by an earlier call also, the error is [ErrFinished], of one that is not there [ErrNotFound].
// After an error of the store itself, Terminate may be called again.
func (c *Client) Terminate(ctx context.Context, id, reason string) error {
	err := checkReason(reason)
	if err == nil {
		err = c.terminate(ctx, id, reason)
	}
	if err != nil {
		return fmt.Errorf("terminate run %s: %w", quote(id), err)
	}
	return nil
}

func (c *Client) terminate(ctx context.Context, id, reason string) error {
	r, err := c.row(ctx, id)
	if err == nil && r.Status.Finished() {
		err = ErrFinished
	}
	if err == nil {
		err = c.endDependents(ctx, id) // first, so that they are ended by another call if this one comes no further
	}
	if err != nil {
		return err
	}
	if importing(&r.State) {
		_, err := c.Cancel(ctx, id, reason)
		return err
	}
	err = c.alter(ctx, id, func(r store.Run, _ time.Time) (store.Write, bool) {
		s := c.finished(r, store.Payload{}, &TerminatedError{Run: id, Reason: reason})
		if s.Status == store.Failed {
			s.Reason = reason
		}
		return store.Write{State: &s, Release: true, Send: childEnd(r, s)}, true
	})
	if err != nil {
		return err
	}
	return c.endDependents(ctx, id) // those that it has started meanwhile
}

// endDependents cancels the children of a run that end with it.
func (c *Client) endDependents(ctx context.Context, id string) error {
	children, err := c.dependents(ctx, id)
	if err != nil {
		return err
	}
	for _, child := range children {
		if _, err := c.Cancel(ctx, child.ID, parentEnded); err != nil && !gone(err) {
			return err
		}
	}
	return nil
}

// endStrays cancels the children that a run has started although somebody else had ended it.
func (l *loaded) endStrays() {
	if !l.parental.Load() {
		return
	}
	ctx := l.rt.root
	row, err := l.rt.insisting.row(ctx, l.id)
	if err == nil && row.Status.Finished() {
		err = l.rt.insisting.endDependents(ctx, l.id)
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		l.notDone(combinators.LevelWarn, "cancel the children", err)
	}
}

// lost is why a run is stopped here of which the row is now this one.
func (c *Client) lost(row store.Run) error {
	if row.Status.Finished() && row.Failure.Codec != "" {
		if e, ok := errors.AsType[*TerminatedError](c.failure(row.Failure)); ok {
			return fmt.Errorf("%w: %w", e, store.ErrFenced)
		}
	}
	return errLost
}
