package durable

import (
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
)

// scheduleFlow is the name of the flow of which schedules are runs.
const scheduleFlow = reserved + "schedule"

// How long a schedule waits to be told the end of a run before it looks: from the first to the last of pauses that
// double. It is told of all runs that it has started for Enqueue.
const (
	firstLook   = time.Minute
	longestLook = time.Hour
)

// scheduleDefinition is the flow that every runtime has. One generation of it is one time of the timetable at most, so
// that its log is never longer than a few records. What follows from the timetable, and so from the time zones that the
// machine knows, is the input of the next generation and nothing that is compared with records.
func scheduleDefinition() *definition {
	input := func(decode func(into any) error) (any, error) { return decodeInto[schedule](scheduleFlow, decode) }
	return &definition{name: scheduleFlow, input: input, run: func(
		y actions.Yield, decode func(into any) error,
	) (any, error) {
		s, err := decodeInto[schedule](scheduleFlow, decode)
		if err != nil {
			return nil, err
		}
		if err := s.step(y); err != nil {
			return nil, err
		}
		return nil, s.goOn(y)
	}}
}

// step waits for what comes next, and does what is to be done then.
func (s *schedule) step(y actions.Yield) error {
	if !s.Paused && s.Next.IsZero() {
		return nil // it is new, or was changed
	}
	due, err := s.wait(y)
	if err != nil || !due {
		return err
	}
	return s.start(y)
}

// wait waits until a run is to be started, or has ended. due says that it is the time of the next one, or that one that
// was held up should be tried again.
func (s *schedule) wait(y actions.Yield) (due bool, err error) {
	now, err := orchestrate.Do(y, actions.Now{})
	if err != nil {
		return false, err
	}
	var cases []orchestrate.Case
	if !s.Paused {
		left := s.Due.Sub(now)
		if s.Held > 0 {
			left = min(firstLook<<min(s.Held-1, 10), longestLook)
		}
		cases = append(cases, orchestrate.When(actions.Sleep{For: max(left, 0)}, func(actions.Void) error {
			due = true
			return nil
		}))
	}
	for i, l := range s.Live {
		if l.Tells {
			cases = append(cases, orchestrate.WhenFlow(l.end, func(actions.Void) error {
				s.Live = append(append([]live(nil), s.Live[:i]...), s.Live[i+1:]...)
				due = s.Held > 0
				return nil
			}))
		}
	}
	if len(cases) == 0 { // it is paused: whoever resumes it makes it another generation
		_, err := orchestrate.Do(y, actions.Receive[actions.Void]{Name: scheduleFlow})
		return false, err
	}
	return due, orchestrate.Select(y, cases...)
}

// end waits for the end of a run, whatever it has come to.
func (l live) end(y actions.Yield) (actions.Void, error) {
	_, _ = orchestrate.Do(y, Await[actions.Void]{ID: l.Run})
	return actions.Void{}, nil
}

// start starts the next run, unless it is too late, or another one is to end before.
func (s *schedule) start(y actions.Yield) error {
	now, err := orchestrate.Do(y, actions.Now{})
	if err != nil {
		return err
	}
	next, err := s.timetable()
	if err != nil {
		return err
	}
	if s.miss(now.Add(-s.Plan.CatchUp-s.Plan.Jitter), next) {
		return nil
	}
	said, err := orchestrate.Do(y, startScheduled{Time: s.Next, s: s})
	switch {
	case err != nil:
		return err
	case said.Held && s.Plan.Overlap == Enqueue:
		s.Held++
		return nil
	case said.Held:
		s.Skipped++
	default:
		s.Trouble = said.Trouble
		if said.Trouble == "" {
			s.Last, s.LastTime = s.next().run(), s.Next
			s.Started++
			s.Live = said.Live
			s.keep(live{Run: s.Last, Tells: said.Tells})
		}
	}
	s.done()
	return nil
}

// goOn begins the next generation, which knows when its time is.
func (s *schedule) goOn(y actions.Yield) error {
	if !s.Paused && s.Next.IsZero() {
		next, err := s.timetable()
		if err != nil {
			return err
		}
		var jitter time.Duration
		if s.Plan.Jitter > 0 {
			random, err := orchestrate.Do(y, actions.Random{})
			if err != nil {
				return err
			}
			jitter = time.Duration(random % uint64(s.Plan.Jitter))
		}
		at, ok := next(s.After)
		if !ok {
			return badOption("the timetable %s has no time after %v", s.Plan.When, s.After)
		}
		s.Next, s.Due = at.UTC(), exact(at.Add(jitter))
	}
	return ContinueAsNew(*s)
}

// timetable is that of the plan. Where its zone is not known the run is blocked, until a runtime is opened that knows.
func (s *schedule) timetable() (func(time.Time) (time.Time, bool), error) {
	next, err := s.Plan.When.compile()
	if err != nil {
		return nil, &badInputError{scheduleFlow, err}
	}
	return next, nil
}

// startScheduled is the action that starts a run of a schedule. Carried out again, it finds the run that is there.
type startScheduled struct {
	actions.Returns[startedScheduled]
	Time time.Time
	s    *schedule
}

// startedScheduled is what came of it.
type startedScheduled struct {
	// Held says that it was not started, because of an earlier one.
	Held bool `json:",omitempty"`
	// Tells says that its end will be told.
	Tells bool `json:",omitempty"`
	// Live are the earlier ones that are to be kept in mind.
	Live []live `json:",omitempty"`
	// Trouble says why it was not started, if it was not.
	Trouble string `json:",omitempty"`
}

// ActionName is the name in records.
func (startScheduled) ActionName() string { return "durable.StartScheduled" }
