package durabletest

import (
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

type exploration struct {
	Bounds
	t      *testing.T
	body   func(*Schedule)
	report Report
}

// departure is something else than the ordinary, at one of the choices of a schedule.
type departure struct {
	at    int // the choice's number
	label string
}

func (d departure) String() string { return fmt.Sprintf("%d: %s", d.at, d.label) }

// search runs the schedules, and returns the first that fails.
func (x *exploration) search() (failing *Schedule) {
	if x.Only != "" {
		return x.only()
	}
	for level := [][]departure{nil}; len(level) > 0; {
		var next [][]departure
		for _, departures := range level {
			if x.report.Schedules >= x.MaxSchedules {
				return nil
			}
			s := x.insist(departures)
			if s.Failed() {
				return s
			}
			if s.strayed || len(departures) == x.Departures {
				continue
			}
			from := 0
			if n := len(departures); n > 0 {
				from = departures[n-1].at + 1
			}
			for at := from; at < len(s.choices); at++ {
				for _, label := range s.choices[at][1:] {
					next = append(next, append(slices.Clip(departures), departure{at, label}))
				}
			}
		}
		level = next
	}
	x.report.Exhausted = x.report.Strayed == 0
	return nil
}

// insist runs a schedule until it comes to its departures: what several branches do at once, such as to hear that they
// are cancelled, they do in an order that is up to chance.
func (x *exploration) insist(departures []departure) *Schedule {
	x.report.Schedules++
	for attempt := 1; ; attempt++ {
		s := x.run(departures)
		if s.strayed && !s.Failed() {
			if attempt < maxAttempts {
				continue
			}
			x.report.Strayed++
		}
		return s
	}
}

const maxAttempts = 1000

// only runs the one schedule that is wanted.
func (x *exploration) only() *Schedule {
	var departures []departure
	for text := range strings.SplitSeq(x.Only, ";") {
		text = strings.TrimSpace(text)
		number, label, ok := strings.Cut(text, ": ")
		d := departure{label: label}
		if _, err := fmt.Sscan(number, &d.at); err != nil || !ok {
			panic(fmt.Sprintf("durabletest.Explore: %q is no part of a schedule", text))
		}
		departures = append(departures, d)
	}
	s := x.insist(departures)
	if s.strayed && !s.Failed() {
		s.Errorf("the schedule does not fit the test: there is no choice %v", s.departures[s.taken])
	}
	if s.Failed() {
		return s
	}
	x.t.Logf("the test passes under this schedule\n%s", strings.Join(s.trace, "\n"))
	return nil
}

// run runs the body under one schedule, in a bubble of its own.
func (x *exploration) run(departures []departure) *Schedule {
	s := &Schedule{x: x, departures: departures}
	synctest.Test(x.t, func(*testing.T) {
		s.begun = time.Now()
		done := make(chan struct{})
		go func() {
			defer close(done)
			defer s.cleanup()
			defer func() {
				if p := recover(); p != nil {
					s.Errorf("panic: %v\n%s", p, debug.Stack())
				}
			}()
			x.body(s)
		}()
		<-done
	})
	s.strayed = s.strayed || s.taken < len(s.departures)
	return s
}

// String is the schedule as [Bounds] take it.
func (s *Schedule) String() string {
	var texts []string
	for _, d := range s.departures[:s.taken] {
		texts = append(texts, d.String())
	}
	return strings.Join(texts, "; ")
}

// text tells of a schedule that failed.
func (s *Schedule) text() string {
	under := "although nothing out of the ordinary happens"
	if s.taken > 0 {
		under = "under the schedule\n\n    " + s.String()
	}
	indented := func(lines []string) string {
		return "    " + strings.ReplaceAll(strings.Join(lines, "\n"), "\n", "\n    ")
	}
	text := fmt.Sprintf("durabletest: the test fails %s\n\n%s\n\nWhat happened:\n\n%s\n\nAfter %d schedules.",
		under, indented(s.failures), indented(s.trace), s.x.report.Schedules)
	if s.taken > 0 {
		text += fmt.Sprintf(" To run this one again:\n\n    Bounds{Only: %q}", s)
	}
	return text
}
