package durable

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// Schedule is for one schedule: it starts runs of a flow at the times of a [Timetable]. Whichever runtime of its store
// is there carries it out, and its runs. It holds nothing but the ID and the client; it may be dropped, copied, made
// again with [Client.Schedule], and used concurrently.
//
// Each run has the ID of the schedule and the time, such as "nightly@2026-11-21T02:00:00Z", so that it is started once
// at most. It can be found by the label [LabelSchedule], and knows its time: see [Occurrence].
//
// A schedule is a run itself, which mostly sleeps; it is in lists, and whatever acts on runs acts on it. Changes to it
// are made in the store at once, whether a runtime is there or not, and from then on nothing is started by what it was
// before; a run that is just being started may still be.
type Schedule struct {
	c  *Client
	id string
}

// Schedule sees to it that there is a schedule with this ID, and that it is as described: it makes one, or changes the
// one that is there. So a program can say it each time that it starts. What the schedule has done so far, and whether
// it is paused, stays. With another timetable it goes on from now. If the ID is that of another run, or of a schedule
// for another flow, the error is a [ConflictError]; one that has ended, because its run was cancelled, is made anew.
//
// An ID is as in [WithID], of at most 160 characters. The input is that of all runs, and at most half as large as an
// input may be. What makes no sense is [ErrBadOption], and says why.
func (f Flow[In, Out]) Schedule(
	ctx context.Context, c Starter, id string, in In, when Timetable, opts ...ScheduleOption,
) (*Schedule, error) {
	cl, err := clientOf(c)
	if err == nil && f.def == nil {
		err = errUndefined
	}
	if err == nil {
		err = cl.ready(ctx)
	}
	if err == nil {
		err = checkScheduleID(id)
	}
	if err == nil {
		err = cl.schedule(ctx, id, f.def, in, when, opts)
	}
	if err != nil {
		return nil, fmt.Errorf("schedule %s: %w", quote(id), err)
	}
	return &Schedule{cl, id}, nil
}

// Schedule is the schedule with the ID, which somebody has made. It asks nothing: whether there is one comes out when
// it is used, and is [ErrNotFound] then.
func (c *Client) Schedule(id string) *Schedule { return &Schedule{c, id} }

// ID is the ID of the schedule.
func (s *Schedule) ID() string { return s.id }

// Pause has no run started until [Schedule.Resume]. Those that have been started are left alone. Pausing once more
// changes the reason, which is for people.
func (s *Schedule) Pause(ctx context.Context, reason string) error {
	err := checkReason(reason)
	if err == nil {
		err = s.c.change(ctx, s.id, func(st *schedule, now time.Time) (bool, error) {
			if st.Paused && st.Reason == reason {
				return false, nil
			}
			st.Paused, st.Reason = true, reason
			st.reconsider(now)
			return true, nil
		})
	}
	return s.failed("pause", err)
}

// Resume ends a pause. The times that have passed meanwhile are left out.
func (s *Schedule) Resume(ctx context.Context) error {
	return s.failed("resume", s.c.change(ctx, s.id, func(st *schedule, now time.Time) (bool, error) {
		if !st.Paused {
			return false, nil
		}
		st.Paused, st.Reason = false, ""
		st.reconsider(now)
		return true, nil
	}))
}

// Trigger starts a run now, besides those of the timetable, also if the schedule is paused or another run has not
// ended, and returns its ID. No overlap policy knows of it. Options are added to those of [WithRuns]; with a [WithID]
// it can be repeated.
func (s *Schedule) Trigger(ctx context.Context, opts ...StartOption) (run string, err error) {
	run, err = s.trigger(ctx, opts)
	return run, s.failed("trigger", err)
}

func (s *Schedule) trigger(ctx context.Context, opts []StartOption) (string, error) {
	_, st, err := s.c.scheduleRow(ctx, s.id)
	if err != nil {
		return "", err
	}
	o := Occurrence{s.id, exact(time.Now())}
	for _, opt := range opts {
		if opt == nil {
			return "", badOption("it is nil")
		}
	}
	chosen := append([]StartOption{WithID(o.run() + "-" + rand.Text()[:8])}, opts...)
	r, err := s.c.scheduledRun(o, st.Plan, chosen...)
	if err != nil {
		return "", err
	}
	release, err := s.c.admit(ctx, []store.Run{r})
	if err != nil {
		return "", err
	}
	defer release()
	created, err := s.c.store.Create(ctx, []store.Run{r})
	s.c.tellCreated(ctx, created)
	if err != nil {
		return "", err
	}
	if have := created[0].Run; have.Flow != r.Flow || have.Labels[LabelSchedule] != s.id {
		return "", &ConflictError{Run: r.ID, Have: s.c.describe(have), Want: s.c.describe(r)}
	}
	return r.ID, nil
}

// Delete removes the schedule. The runs that it has started are left alone. Of a schedule that is not there the error
// is [ErrNotFound].
func (s *Schedule) Delete(ctx context.Context) error {
	for {
		r, _, err := s.c.scheduleRow(ctx, s.id)
		if errors.Is(err, ErrFinished) {
			_, err = s.c.store.Delete(ctx, []string{s.id})
			return s.failed("delete", err)
		}
		if err == nil {
			now := exact(time.Now())
			state := r.State
			state.Status, state.Due, state.Finished, state.Expires = store.Cancelled, time.Time{}, now, now
			err = s.c.commit(ctx, store.Write{Run: r.ID, State: &state, Revision: r.Revision, Release: true})
			if err == nil {
				s.c.tellWritten(ctx, r, state)
			}
		}
		if err != nil && !errors.Is(err, store.ErrChanged) && !errors.Is(err, ErrFinished) {
			return s.failed("delete", err)
		}
	}
}

func (s *Schedule) failed(what string, err error) error {
	if err != nil {
		err = fmt.Errorf("%s schedule %s: %w", what, quote(s.id), err)
	}
	return err
}

func checkScheduleID(id string) error {
	if err := checkID(id); err != nil {
		return err
	}
	if len(id) > maxScheduleID {
		return fmt.Errorf("%w: %s is longer than the %d characters of a schedule's", ErrBadID, quote(id), maxScheduleID)
	}
	return nil
}
