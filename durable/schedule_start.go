package durable

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/baton-go/baton/durable/store"
)

// maxTrouble is how much a schedule keeps of an error.
const maxTrouble = 500

// startScheduled carries the action of that name out, for the schedule with the ID. An error that a run of the schedule
// cannot be started with is what came of it: the schedule goes on.
func (c *Client) startScheduled(ctx context.Context, id string, a startScheduled) (startedScheduled, error) {
	s := a.s
	said, err := c.tryScheduled(ctx, Occurrence{id, a.Time}, s.Plan, s.Live)
	if err != nil && ctx.Err() == nil {
		text := err.Error()
		return startedScheduled{Trouble: text[:min(len(text), maxTrouble)]}, nil
	}
	return said, err
}

func (c *Client) tryScheduled(
	ctx context.Context, o Occurrence, p plan, earlier []live,
) (said startedScheduled, err error) {
	ids := []string{o.run()}
	for _, l := range earlier {
		ids = append(ids, l.Run)
	}
	found, err := c.store.List(ctx, store.Query{IDs: ids, Limit: len(ids)})
	if err != nil {
		return said, err
	}
	there := slices.ContainsFunc(found, func(r store.Run) bool { return r.ID == o.run() })
	running := func(l live) bool {
		return l.Run != o.run() && slices.ContainsFunc(found, func(r store.Run) bool {
			return r.ID == l.Run && !r.Status.Finished()
		})
	}
	if p.Overlap != Allow && !there && slices.ContainsFunc(earlier, running) {
		return startedScheduled{Held: true}, nil
	}
	for _, l := range earlier {
		if l.Run != o.run() && (l.Tells || running(l)) {
			said.Live = append(said.Live, l)
		}
	}
	said.Tells, err = c.createScheduled(ctx, o, p)
	return said, err
}

// createScheduled starts a run of a schedule. tells says that the schedule will be told its end.
func (c *Client) createScheduled(ctx context.Context, o Occurrence, p plan) (tells bool, err error) {
	r, err := c.scheduledRun(o, p)
	if err != nil {
		return false, err
	}
	if p.Overlap == Enqueue {
		r.Parent, r.OnParentClose = o.Schedule, store.Abandon
	}
	runs := []store.Run{r}
	release, err := c.admit(ctx, runs)
	if err != nil {
		return false, err
	}
	defer release()
	c.links(ctx, runs)
	created, err := c.store.Create(ctx, runs)
	if err != nil {
		return false, err
	}
	c.tellCreated(ctx, created)
	have := created[0].Run
	if have.Flow != r.Flow {
		return false, &ConflictError{Run: r.ID, Have: c.describe(have), Want: c.describe(r)}
	}
	tells = have.Parent == o.Schedule
	if tells && !created[0].New && have.Status.Finished() {
		// The schedule that was told may have been an earlier one with this ID.
		_, err = c.store.Send(ctx, childEnd(have, have.State))
	}
	return tells, err
}

// scheduledRun is a run of a schedule that is to be started now.
func (c *Client) scheduledRun(o Occurrence, p plan, opts ...StartOption) (store.Run, error) {
	d := &definition{name: p.Flow, version: p.Version}
	r, err := c.bareRun(d, gather(append(p.options(o), opts...)))
	if err != nil {
		return r, fmt.Errorf("start a run of flow %q: %w", p.Flow, err)
	}
	if r.Parent != "" {
		return r, badOption("the parent of a run that its schedule starts")
	}
	maps.Copy(r.Labels, o.labels())
	r.Input = p.Input
	return r, inTime(r)
}
