package durable

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// overdueGrace is how long a run whose flow is not known here is left, after its deadline, to those who may know it.
const overdueGrace = time.Minute

// errLate is why a run ends that is past its deadline.
func errLate(id string) error {
	return fmt.Errorf("the deadline of run %q has passed: %w", id, context.DeadlineExceeded)
}

// endOverdue ends the blocked runs, of any flow, that are past their deadline.
func (rt *Runtime) endOverdue(ctx context.Context) error {
	q := store.Query{Statuses: []store.Status{store.Blocked}}
	for {
		page, err := rt.store.List(ctx, q)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, r := range page {
			if r.Owner == "" && overdue(r, 0) {
				if err := rt.endLate(ctx, r); err != nil {
					return err
				}
			}
		}
		q.After = cursorOf(page)
	}
}

// endUnknown ends a run of a flow that is not known here, if it is past its deadline and nobody else has carried it out
// since: it has no lease, or one that ran out some time ago.
func (rt *Runtime) endUnknown(ctx context.Context, r store.Run) error {
	left := r.Owner == "" || time.Since(r.Due) > rt.config.Lease+overdueGrace
	if held(&r, time.Now()) || !left || !overdue(r, overdueGrace) {
		return nil
	}
	return rt.endLate(ctx, r)
}

func overdue(r store.Run, by time.Duration) bool {
	return !r.Deadline.IsZero() && time.Since(r.Deadline) > by
}

// endLate ends a run as one that nobody could carry out before its deadline, and its children with it. If somebody has
// changed or claimed it since it was read, it is left alone.
func (rt *Runtime) endLate(ctx context.Context, r store.Run) error {
	if err := rt.endDependents(ctx, r.ID); err != nil {
		return err
	}
	s := rt.finished(r, store.Payload{}, errLate(r.ID))
	if s.Status == store.Failed {
		s.Reason = "" // it is not blocked any more
	}
	err := rt.commit(ctx, store.Write{
		Run: r.ID, State: &s, Revision: r.Revision, Release: true, Send: childEnd(r, s),
	})
	switch {
	case errors.Is(err, store.ErrChanged), gone(err):
		return nil
	case err == nil:
		rt.tellWritten(ctx, r, s)
	}
	return err
}

// dependents lists the children of a run that end with it and are under way.
func (c *Client) dependents(ctx context.Context, id string) (children []store.Run, err error) {
	q := store.Query{Parent: id, Statuses: unfinished()}
	for {
		page, err := c.store.List(ctx, q)
		if err != nil || len(page) == 0 {
			return children, err
		}
		for _, r := range page {
			if r.OnParentClose == store.CancelOnClose && r.Cancelled.IsZero() {
				children = append(children, r)
			}
		}
		q.After = cursorOf(page)
	}
}
