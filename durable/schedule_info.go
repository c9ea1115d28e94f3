package durable

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// ScheduleInfo is what is known about a schedule.
type ScheduleInfo struct {
	ID, Flow        string
	Timetable       Timetable
	Overlap         Overlap
	CatchUp, Jitter time.Duration
	// Paused says that no runs are started, and Reason why.
	Paused bool
	Reason string
	// Next is the time of the next run; zero while the schedule is paused. One that has passed is about to be started,
	// waits for an earlier one, or for a runtime.
	Next time.Time
	// LastRun is the ID of the last run that was started, and LastTime its time; zero if there was none.
	LastRun  string
	LastTime time.Time
	// Started counts the runs that were started, Skipped those that were not because of an earlier one, and Missed those
	// for which it was too late, up to 10,000 at once.
	Started, Skipped, Missed int64
	// Trouble is why the last run could not be started, if that was so, or why the schedule is blocked, as a run may be.
	Trouble string
}

// Describe returns what is known about the schedule.
func (s *Schedule) Describe(ctx context.Context) (ScheduleInfo, error) {
	r, st, err := s.c.scheduleRow(ctx, s.id)
	if err != nil {
		return ScheduleInfo{}, s.failed("describe", err)
	}
	return st.info(r), nil
}

// Next returns the next times at which runs are to be started, at most n: none while the schedule is paused.
func (s *Schedule) Next(ctx context.Context, n int) ([]time.Time, error) {
	info, err := s.Describe(ctx)
	if err != nil || info.Paused {
		return nil, err
	}
	var times []time.Time
	for at := info.Next; len(times) < n && !at.IsZero(); {
		times = append(times, at)
		if at, err = info.Timetable.Next(at); err != nil {
			return times, s.failed("describe", err)
		}
	}
	return times, nil
}

// Schedules lists the schedules in the order in which they were made, page by page as the loop goes on. An error ends
// the list.
func (c *Client) Schedules(ctx context.Context) iter.Seq2[ScheduleInfo, error] {
	return func(yield func(ScheduleInfo, error) bool) {
		for r, err := range c.rows(ctx, Filter{Flows: []string{scheduleFlow}, Statuses: unfinished()}) {
			var s schedule
			if err == nil {
				err = c.codecs.Decode(r.Input, &s)
			}
			if err != nil {
				yield(ScheduleInfo{}, fmt.Errorf("list schedules: %w", err))
				return
			}
			if !yield(s.info(r), nil) {
				return
			}
		}
	}
}

func (s *schedule) info(r store.Run) ScheduleInfo {
	i := ScheduleInfo{
		ID: r.ID, Flow: s.Plan.Flow, Timetable: s.Plan.When, Overlap: s.Plan.Overlap, CatchUp: s.Plan.CatchUp,
		Jitter: s.Plan.Jitter, Paused: s.Paused, Reason: s.Reason, Next: s.Next, LastRun: s.Last, LastTime: s.LastTime,
		Started: s.Started, Skipped: s.Skipped, Missed: s.Missed, Trouble: s.Trouble,
	}
	if r.Status == store.Blocked {
		i.Trouble = r.Reason
	}
	if !s.Paused && s.Next.IsZero() { // a runtime has yet to find it out
		var err error
		if i.Next, err = s.Plan.When.Next(s.After); err != nil {
			i.Trouble = err.Error()
		}
	}
	i.Next = i.Next.UTC()
	return i
}
