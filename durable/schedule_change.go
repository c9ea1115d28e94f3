package durable

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// schedule makes a schedule, or changes the one that is there.
func (c *Client) schedule(
	ctx context.Context, id string, d *definition, in any, when Timetable, opts []ScheduleOption,
) error {
	input, err := c.encode("input", in)
	if err != nil {
		return err
	}
	if len(input.Data) > c.maxPayload/2 { // it is part of another one
		return &TooLargeError{What: "input of a schedule", Size: len(input.Data), Limit: c.maxPayload / 2}
	}
	p, err := newPlan(d, input, when, opts)
	if err != nil {
		return err
	}
	first := schedule{ID: id, Plan: p, After: exact(time.Now())}
	fresh, err := c.newRun(scheduleDefinition(), first, gather([]StartOption{WithID(id)}))
	if err != nil {
		return err
	}
	fresh.Queue = scheduleQueue
	for {
		created, err := c.store.Create(ctx, []store.Run{fresh})
		c.tellCreated(ctx, created)
		if err != nil || created[0].New {
			return err
		}
		have := created[0].Run
		if have.Flow != scheduleFlow {
			return &ConflictError{Run: id, Have: c.describe(have), Want: fmt.Sprintf("a schedule of flow %q", d.name)}
		}
		err = c.change(ctx, id, func(s *schedule, now time.Time) (bool, error) { return c.replan(d, s, p, now) })
		switch {
		case errors.Is(err, ErrFinished):
			if _, err := c.store.Delete(ctx, []string{id}); err != nil {
				return err
			}
		case !errors.Is(err, ErrNotFound): // or else it was deleted this moment
			return err
		}
	}
}

// replan gives a schedule another plan. It is false if it has this one.
func (c *Client) replan(d *definition, s *schedule, p plan, now time.Time) (bool, error) {
	if s.Plan.Flow != p.Flow {
		return false, &ConflictError{
			Run: s.ID, Have: fmt.Sprintf("a schedule of flow %q", s.Plan.Flow),
			Want: fmt.Sprintf("one of flow %q", p.Flow),
		}
	}
	if s.Plan.like(p) && c.sameInput(d, store.Run{Input: s.Plan.Input}, store.Run{Input: p.Input}) {
		return false, nil
	}
	if s.Plan.When != p.When || s.Plan.Jitter != p.Jitter {
		s.reconsider(now)
	}
	s.Plan = p
	return true, nil
}

// change changes a schedule in the store, whoever carries it out: from then on that one writes nothing more. The change
// says whether there is anything to change.
func (c *Client) change(ctx context.Context, id string, f func(s *schedule, now time.Time) (bool, error)) error {
	for {
		r, s, err := c.scheduleRow(ctx, id)
		if err != nil {
			return err
		}
		now := exact(time.Now())
		if changes, err := f(&s, now); err != nil || !changes {
			return err
		}
		input, err := c.encode("input", s)
		if err != nil {
			return err
		}
		state := r.State
		state.Generation, state.Reason, state.Due, state.Trials = r.Generation+1, "", now, 0
		w := store.Write{Run: id, State: &state, Revision: r.Revision, Restart: &input}
		if r.Epoch > 0 {
			state.Status, state.Started, state.Settled = store.Waiting, now, r.Epoch
		}
		if r.Owner != "" {
			w.Release = true
			state.Settled = r.Epoch + 1
		}
		stayHeld(&r, &state, now)
		err = c.commit(ctx, w)
		if err == nil {
			c.tellWritten(ctx, r, state)
		}
		if !errors.Is(err, store.ErrChanged) {
			return err
		}
	}
}

// scheduleRow is the run of a schedule, and what it is. One that has ended is ErrFinished.
func (c *Client) scheduleRow(ctx context.Context, id string) (store.Run, schedule, error) {
	r, err := c.row(ctx, id)
	if err != nil {
		return r, schedule{}, err
	}
	if r.Flow != scheduleFlow {
		return r, schedule{}, fmt.Errorf("%w: the run is one of flow %q", ErrNotFound, r.Flow)
	}
	if r.Status.Finished() {
		return r, schedule{}, ErrFinished
	}
	var s schedule
	if err := c.codecs.Decode(r.Input, &s); err != nil {
		return r, s, fmt.Errorf("what the store has of it: %w", err)
	}
	return r, s, nil
}
