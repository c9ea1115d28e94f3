package durabletest

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
)

// Schedule is one way the world treats the run, and the test of what comes of it: it has the methods that require needs
// of a *testing.T, and that package explore's schedules have. It belongs to one call of the body.
type Schedule struct {
	x          *exploration
	departures []departure
	taken      int // of them
	choices    [][]string
	strayed    bool // it did not come to a choice in which it is to depart
	runs       int
	events     []store.Message
	begun      time.Time

	mu       sync.Mutex
	failures []string
	trace    []string
	cleanups []func()
}

// Send has an event come from outside, for an actions.Receive of that name: when nothing else can happen, or, as a
// departure, earlier. Events come in the order in which they were sent. The payload is encoded as JSON.
func (s *Schedule) Send(name string, payload any) {
	data, err := json.Marshal(payload)
	if err != nil {
		s.Errorf("Send %q: %v", name, err)
		return
	}
	s.events = append(s.events, store.Message{
		Seq: int64(len(s.events) + 1), Name: name, Payload: store.Payload{Codec: "json", Data: data},
	})
}

// Departures is how often the schedule has departed from the ordinary so far. A test can ask for more where it did not.
func (s *Schedule) Departures() int { return s.taken }

// Errorf makes the test fail.
func (s *Schedule) Errorf(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failures = append(s.failures, strings.TrimSpace(fmt.Sprintf(format, args...)))
}

// FailNow makes the test fail, and ends the schedule.
func (s *Schedule) FailNow() {
	if !s.Failed() {
		s.Errorf("FailNow was called")
	}
	runtime.Goexit()
}

// Failed tells whether the test has failed.
func (s *Schedule) Failed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.failures) > 0
}

// Logf adds a line to what is printed if the schedule fails.
func (s *Schedule) Logf(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trace = append(s.trace, fmt.Sprintf(format, args...))
}

// Helper does nothing.
func (s *Schedule) Helper() {}

// Name is the name of the test.
func (s *Schedule) Name() string { return s.x.t.Name() }

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

// choose says which of the options comes true: the first one, unless the schedule departs from that here.
func (s *Schedule) choose(options []option) option {
	at := len(s.choices)
	labels := distinct(options)
	s.choices = append(s.choices, labels)
	if s.taken == len(s.departures) || s.departures[s.taken].at != at {
		s.Logf("   %s", labels[0])
		return options[0]
	}
	picked := slices.Index(labels, s.departures[s.taken].label)
	if picked < 0 {
		s.strayed = true
		runtime.Goexit()
	}
	s.taken++
	s.Logf("%d: %s", at, labels[picked])
	return options[picked]
}

// distinct are the labels of options, no two alike, which can stand in a schedule.
func distinct(options []option) []string {
	labels := make([]string, len(options))
	for i, o := range options {
		label := strings.ReplaceAll(o.label, ";", ",")
		for slices.Contains(labels[:i], label) {
			label += " (another)"
		}
		labels[i] = label
	}
	return labels
}

// usualFaults are the ways in which an action fails by default.
func usualFaults() []explore.Fault {
	return []explore.Fault{{Err: errNotDone}, {Err: errLost, Lost: true}}
}

var (
	errNotDone = fmt.Errorf("%w: the request did not arrive: %w", explore.ErrFault, executor.ErrNotDone)
	errLost    = fmt.Errorf("%w: the answer was lost", explore.ErrFault)
	errCrash   = errors.New("the process has crashed")
)
