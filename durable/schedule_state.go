package durable

import (
	"reflect"
	"slices"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// The limits of schedules.
const (
	// maxScheduleID leaves room for the time in the IDs of the runs.
	maxScheduleID = 160
	// maxCount is how many times that were missed are counted one by one.
	maxCount = 10_000
	// maxLive is how many runs a schedule keeps in mind.
	maxLive = 4
)

// plan is what a schedule was told to do.
type plan struct {
	Flow            string
	Version         string `json:",omitempty"`
	Input           store.Payload
	When            Timetable
	Overlap         Overlap       `json:",omitempty"`
	CatchUp, Jitter time.Duration `json:",omitempty"`

	// How its runs are to be started:
	TimeLimit time.Duration     `json:",omitempty"`
	Retention time.Duration     `json:",omitempty"`
	Labels    map[string]string `json:",omitempty"`
	Priority  int               `json:",omitempty"`
	Queue     string            `json:",omitempty"`
	QueueKey  string            `json:",omitempty"`
}

// schedule is what a schedule is, and has done: the input of its run, which is another one in each generation.
type schedule struct {
	ID     string
	Plan   plan
	Paused bool   `json:",omitempty"`
	Reason string `json:",omitempty"` // why it is paused

	// After is the time up to which all is done. Next is the first after it, and Due when its run is to be started; zero
	// while that is not known.
	After     time.Time
	Next, Due time.Time `json:",omitzero"`
	// Held counts how often the next run could not be started because of an earlier one.
	Held int `json:",omitempty"`
	// Live are runs that may not have ended.
	Live []live `json:",omitempty"`

	Last                     string    `json:",omitempty"` // the ID of the last run that was started
	LastTime                 time.Time `json:",omitzero"`
	Started, Skipped, Missed int64     `json:",omitempty"`
	Trouble                  string    `json:",omitempty"` // why the last run was not started, if it was not
}

// live is a run that a schedule has, or may have, started.
type live struct {
	Run string
	// Tells says that the end of the run will be told.
	Tells bool `json:",omitempty"`
}

// newPlan makes the plan of a schedule. Its input is encoded already.
func newPlan(d *definition, in store.Payload, when Timetable, opts []ScheduleOption) (plan, error) {
	o := scheduleOptions{catchUp: DefaultCatchUp}
	for _, opt := range opts {
		if opt == nil {
			return plan{}, badOption("it is nil")
		}
		opt(&o)
	}
	var s startOptions
	for _, opt := range o.runs {
		if opt == nil {
			return plan{}, badOption("it is nil")
		}
		opt(&s)
	}
	if o.err == nil {
		o.err = s.err
	}
	single := s.id != "" || s.delay != 0 || !s.startAt.IsZero() || !s.deadline.IsZero()
	if single || s.parent != "" || s.onParentClose != 0 {
		o.bad("an ID, a start, a deadline or a parent is for a single run, and not for all of a schedule")
	}
	if most := maxLabels - len(Occurrence{}.labels()); len(s.labels) > most {
		o.bad("%d labels are more than the %d that a schedule leaves", len(s.labels), most)
	}
	if o.err == nil {
		_, o.err = when.compile()
	}
	p := plan{
		Flow: d.name, Version: d.version, Input: in, When: when, Overlap: o.overlap, CatchUp: o.catchUp, Jitter: o.jitter,
		TimeLimit: s.limit, Retention: s.retention, Priority: s.priority, Queue: s.queue,
		QueueKey: s.key,
	}
	if len(s.labels) > 0 {
		p.Labels = s.labels
	}
	return p, o.err
}

// options are those of a run of the schedule.
func (p plan) options(o Occurrence) []StartOption {
	opts := []StartOption{WithID(o.run()), WithLabels(p.Labels), withOwnLabels(o.labels()), WithPriority(p.Priority)}
	if p.TimeLimit != 0 {
		opts = append(opts, WithTimeLimit(p.TimeLimit))
	}
	if p.Retention != 0 {
		opts = append(opts, WithRetention(p.Retention))
	}
	if p.Queue != "" {
		opts = append(opts, WithQueue(p.Queue))
	}
	if p.QueueKey != "" {
		opts = append(opts, WithQueueKey(p.QueueKey))
	}
	return opts
}

// like tells whether the plans are the same, but for their inputs.
func (p plan) like(q plan) bool {
	p.Input, q.Input = store.Payload{}, store.Payload{}
	return reflect.DeepEqual(p, q)
}

// reconsider has the next time found anew, from now on. A run that is being started at this moment may be there or not.
func (s *schedule) reconsider(now time.Time) {
	if !s.Due.IsZero() && !now.Before(s.Due) {
		s.keep(live{Run: s.next().run()})
	}
	s.Next, s.Due, s.Held = time.Time{}, time.Time{}, 0
	s.After = latest(s.After, now)
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// next is the next run.
func (s *schedule) next() Occurrence { return Occurrence{s.ID, s.Next} }

// keep keeps a run in mind, and forgets the oldest if there are too many.
func (s *schedule) keep(l live) {
	s.Live = append(slices.Clone(s.Live), l)
	if len(s.Live) > maxLive {
		s.Live = s.Live[len(s.Live)-maxLive:]
	}
}

// miss leaves out the times before the given one, if the next one is, and counts them.
func (s *schedule) miss(before time.Time, next func(time.Time) (time.Time, bool)) (missed bool) {
	if !s.Next.Before(before) {
		return false
	}
	at, ok := s.Next, true
	for n := 0; n < maxCount && ok && at.Before(before); n++ {
		s.Missed, s.After = s.Missed+1, at
		at, ok = next(at)
	}
	if ok && at.Before(before) { // they are not counted one by one for ever
		s.After = before.Add(-time.Nanosecond)
	}
	s.done()
	return true
}

// done notes that the next time is done with.
func (s *schedule) done() {
	s.After = latest(s.After, s.Next)
	s.Next, s.Due, s.Held = time.Time{}, time.Time{}, 0
}
