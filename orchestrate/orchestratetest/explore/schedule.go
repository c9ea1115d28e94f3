package explore

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// Schedule is one way the world treats the orchestration, and the test of what comes of it: it has the methods that
// require and assert need of a *testing.T. It belongs to one call of the body.
type Schedule struct {
	x       *exploration
	plan    plan
	scratch *scratch

	host    *host
	runs    int
	now     time.Duration
	always  []func()
	events  []*event
	inbox   map[string][]any
	asked   []asked
	marks   []int32 // how much had been asked at each choice
	choices []choice
	steps   []*leaf          // that were answered; nil is something that changes places with nothing
	effects []actions.Action // that were carried out, or may have been

	faults, crashes, cancels int
	progress                 bool // since the last crash

	cleanups []func()
	failures []string
	aborted  bool // the body is not to go on
	pruned   bool
	trace    *trace // nil unless it is to be told
}

// asked is an action that the orchestration has asked for.
type asked struct {
	path   string
	action actions.Action
}

// ErrStuck is the error of a run that waits for something that never comes.
var ErrStuck = errors.New("the run waits for ever")

// Run runs an orchestration under the schedule, through its crashes to the end, and returns what it does. It may be
// called several times, one after the other; each is a run of its own. A run that waits for an event that never comes
// ends with [ErrStuck].
//
// The executor carries out single actions; groups, sleeps, events and the other standard actions are taken care of. Its
// handlers see the same executor.Step and key again when an action is carried out twice.
func Run[T any](s *Schedule, flow orchestrate.Orchestration[T], exec executor.Executor) (result T, err error) {
	s.Helper()
	if flow == nil {
		panic("explore.Run: the orchestration is nil")
	}
	if exec == nil {
		panic("explore.Run: the executor is nil")
	}
	stuck := s.run(exec, func(ctx context.Context, host executor.Executor) {
		result, err = orchestrate.Run(ctx, flow, host)
	})
	if stuck != nil {
		var none T
		return none, stuck
	}
	return result, err
}

// run runs an orchestration until it has ended.
func (s *Schedule) run(exec executor.Executor, start func(context.Context, executor.Executor)) error {
	if s.host != nil {
		panic("explore.Run: another run of this schedule is under way")
	}
	defer func() { s.host = nil }()
	s.runs++
	j := &journal{id: fmt.Sprintf("run %d", s.runs), records: s.scratch.records[:0]}
	s.progress = false
	for {
		h, ctx := newHost(s, exec, j)
		s.host = h
		done := make(chan struct{})
		s.x.crew.do(func() {
			defer close(done)
			defer h.cancel(context.Canceled)
			s.onGoroutine(h.main)
			start(ctx, h)
			h.returned = true
		})
		<-done
		s.scratch.waiting, s.scratch.ready, s.scratch.records = h.waiting, h.ready, j.records
		switch {
		case s.aborted:
			runtime.Goexit()
		case h.crashed:
			continue
		case h.stuck != nil:
			return h.stuck
		case !h.returned:
			s.Errorf("the orchestration, or a handler, exited its goroutine")
			s.abort()
		case h.replayed < len(j.records):
			s.diverged("the orchestration ended and did not ask for %s, which the journal has",
				j.records[h.replayed].subject())
			runtime.Goexit()
		case !s.isNormal():
			s.leave()
			runtime.Goexit()
		case !s.endsHere(h):
			continue
		}
		return nil
	}
}

// Always has f called after every step: each time that an action was carried out, or something else happened. It tests
// what must hold at any time, with the schedule for a *testing.T.
func (s *Schedule) Always(f func()) {
	if f == nil {
		panic("explore.Schedule.Always: the function is nil")
	}
	s.always = append(s.always, f)
}

// Send has an event come from outside, which answers an actions.Receive of that name: at any time, early or late, and
// within the bound on faults not at all or twice. Each call is an event. An event that nobody waits for is kept. A
// Receive whose name nobody sends is passed to the executor.
func (s *Schedule) Send(name string, payload any) {
	s.addEvent(&event{name: name, payload: payload})
	if _, ok := s.inbox[name]; !ok {
		if s.inbox == nil {
			s.inbox = map[string][]any{}
		}
		s.inbox[name] = nil
	}
}

// Meanwhile has something else happen in the world: once, at any time before the run ends, or after it, when it is not
// seen any more. By default it happens when nothing else can.
func (s *Schedule) Meanwhile(name string, do func()) {
	if do == nil {
		panic("explore.Schedule.Meanwhile: the function is nil")
	}
	s.addEvent(&event{name: name, do: do})
}

// Now is the virtual time. It begins at midnight UTC 2000-01-01.
func (s *Schedule) Now() time.Time { return epoch.Add(s.now) }

// Errorf makes the test fail.
func (s *Schedule) Errorf(format string, args ...any) {
	if s.pruned { // left in the middle, and whatever is said now is about that
		return
	}
	s.failures = append(s.failures, strings.TrimSpace(fmt.Sprintf(format, args...)))
}

// FailNow makes the test fail, and ends the schedule.
func (s *Schedule) FailNow() {
	if len(s.failures) == 0 {
		s.Errorf("FailNow was called")
	}
	s.abort()
}

// Logf adds a line to what is printed if the schedule fails.
func (s *Schedule) Logf(format string, args ...any) {
	s.trace.note(format, args...)
}

// Failed tells whether the test has failed.
func (s *Schedule) Failed() bool { return len(s.failures) > 0 }

// Helper does nothing.
func (s *Schedule) Helper() {}

// Name is the name of the test, if that tells.
func (s *Schedule) Name() string {
	if t, ok := s.x.t.(interface{ Name() string }); ok {
		return t.Name()
	}
	return ""
}

// Cleanup has f called when the body has ended, the last one first.
func (s *Schedule) Cleanup(f func()) { s.cleanups = append(s.cleanups, f) }

func (s *Schedule) cleanup() {
	for len(s.cleanups) > 0 {
		last := len(s.cleanups) - 1
		f := s.cleanups[last]
		s.cleanups = s.cleanups[:last]
		defer s.cleanup() // the others, if this one exits the goroutine
		f()
	}
}

// abort ends the schedule. It does not return.
func (s *Schedule) abort() {
	s.aborted = true
	if s.host != nil {
		s.host.kill()
	}
	runtime.Goexit()
}
