package durable

import (
	"time"
)

// Overlap says what a schedule does when the time of a run has come, and an earlier one has not ended.
type Overlap uint8

// The values are stored: they never change.
const (
	// Skip does not start it.
	Skip Overlap = 0
	// Enqueue starts it when the earlier one has ended, unless that is too late by then (see [WithCatchUp]). So there is
	// always one at a time, and each has its turn, in order.
	Enqueue Overlap = 1
	// Allow starts it all the same.
	Allow Overlap = 2
)

// String is "skip", "queue" or "allow".
func (o Overlap) String() string {
	switch o {
	case Skip:
		return "skip"
	case Enqueue:
		return "queue"
	case Allow:
		return "allow"
	}
	return "unknown"
}

// DefaultCatchUp is how late a run may be started unless something else is said.
const DefaultCatchUp = time.Hour

// ScheduleOption says more about a schedule than when it is.
type ScheduleOption func(*scheduleOptions)

type scheduleOptions struct {
	overlap         Overlap
	catchUp, jitter time.Duration
	runs            []StartOption
	err             error
}

func (o *scheduleOptions) bad(format string, args ...any) {
	if o.err == nil {
		o.err = badOption(format, args...)
	}
}

// WithOverlap says what to do while an earlier run has not ended: [Skip] by default. A run that waits, or is blocked,
// has not ended.
func WithOverlap(p Overlap) ScheduleOption {
	return func(o *scheduleOptions) {
		if o.overlap = p; p > Allow {
			o.bad("%d is no Overlap", p)
		}
	}
}

// WithCatchUp says how late a run may be started: [DefaultCatchUp] by default. When no runtime was there, or an earlier
// run took long, those of which the time was longer ago are not started at all, and are counted as missed; the others
// are, one after the other, as the overlap policy says. It is at least a second.
func WithCatchUp(d time.Duration) ScheduleOption {
	return func(o *scheduleOptions) {
		if o.catchUp = d; d < time.Second {
			o.bad("the catch-up window of %v is shorter than a second", d)
		}
	}
}

// WithJitter starts each run a random while after its time, less than the duration, so that not everything that is
// scheduled at midnight begins at midnight.
func WithJitter(d time.Duration) ScheduleOption {
	return func(o *scheduleOptions) {
		if o.jitter = d; d < 0 || d > mostInterval {
			o.bad("the jitter of %v is negative, or longer than a year", d)
		}
	}
}

// WithRuns says how the runs are to be started: with labels, a time limit, a retention, a priority or a queue. Other
// options are for a single run, and refused. The default retention is that of the runtime which starts the run.
func WithRuns(opts ...StartOption) ScheduleOption {
	return func(o *scheduleOptions) { o.runs = append(o.runs, opts...) }
}
