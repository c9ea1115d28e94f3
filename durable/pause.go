package durable

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// Pause has a run do nothing more until [Client.Resume], wherever it is carried out. Once it returns nil that is
// durable, and the run is Paused. Steps that are under way come to their end and are recorded; nothing begins after
// them. While they do, [Metadata] has an Owner; if that one dies, its lease runs out, and the run stays paused. A run
// whose last step was under way may still end.
//
// What is sent to a paused run is kept for it, and its timers go on: one that has ended meanwhile has, when the run is
// resumed, and so has the time at which a run was to be started. Its deadline counts, and ends the pause when it comes,
// as [Client.Cancel] does: the run may compensate, and ends. To pause that, too, pause the run again. Its children are
// not paused. One that is blocked is not tried again while it is paused.
//
// The reason is for people; pausing once more changes it. Of a run that has ended the error is [ErrFinished], of one
// that is not there [ErrNotFound]. After an error of the store itself, Pause may be called again.
func (c *Client) Pause(ctx context.Context, id, reason string) error {
	err := checkReason(reason)
	if err == nil {
		err = c.alter(ctx, id, func(r store.Run, now time.Time) (store.Write, bool) {
			old, _ := holdOf(&r.State)
			if held(&r, now) && r.Status == store.Paused && r.Reason == reason {
				return store.Write{}, false
			}
			late := !r.Deadline.IsZero() && !now.Before(r.Deadline)
			h := hold{Due: old.Due, Cancelled: !r.State.Cancelled.IsZero(), Late: late}
			if r.Status == store.Pending {
				h.Due = r.Due
			}
			r.Reason = reason
			h.holdBack(&r.State)
			s := r.State
			stayHeld(&r, &s, now)
			return store.Write{State: &s}, true
		})
	}
	if err != nil {
		return fmt.Errorf("pause run %s: %w", quote(id), err)
	}
	return nil
}

// Resume has a run that is paused go on where it stood. One that is blocked is tried again now, by whoever
// comes first. Of any other run nothing changes.
//
// Of a run that has ended the error is [ErrFinished], of one that is not there [ErrNotFound]. After an error of the
// store itself, Resume may be called again.
func (c *Client) Resume(ctx context.Context, id string) error {
	err := c.alter(ctx, id, func(r store.Run, now time.Time) (store.Write, bool) {
		s := r.State
		h, isHeld := holdOf(&s)
		switch {
		case isHeld:
			s.Result = store.Payload{}
		case s.Status != store.Blocked:
			return store.Write{}, false
		}
		if s.Status == store.Paused || s.Status == store.Blocked {
			s.Status, s.Reason, s.Due = store.Waiting, "", now
			spare(&s)
			switch {
			case r.Owner != "":
				s.Status = store.Running
			case r.Epoch == 0, h.Due.After(now):
				s.Status = store.Pending
			}
			if h.Due.After(now) || r.Epoch == 0 && !h.Due.IsZero() {
				s.Due = h.Due
			}
		}
		return store.Write{State: &s}, true
	})
	if err != nil {
		return fmt.Errorf("resume run %s: %w", quote(id), err)
	}
	return nil
}

// alter changes the state of a run that has not ended, whoever carries it out. compose makes the write of the row, or
// says that there is nothing to write; it is called again if somebody else was quicker.
func (c *Client) alter(
	ctx context.Context, id string, compose func(r store.Run, now time.Time) (w store.Write, ok bool),
) error {
	for {
		r, err := c.row(ctx, id)
		switch {
		case err == nil && r.Status.Finished():
			err = ErrFinished
		case err == nil && importing(&r.State):
			err = errImporting
		}
		if err != nil {
			return err
		}
		w, ok := compose(r, exact(time.Now()))
		if !ok {
			return nil
		}
		w.Run, w.Revision = r.ID, r.Revision
		err = c.commit(ctx, w)
		if err == nil {
			c.tellWritten(ctx, r, *w.State)
		}
		if !errors.Is(err, store.ErrChanged) {
			return err
		}
	}
}
