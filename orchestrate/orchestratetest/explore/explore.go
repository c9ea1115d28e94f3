package explore

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// TB is what explore needs of a test: a *testing.T, *testing.B or *testing.F is one.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
	Logf(format string, args ...any)
	FailNow()
}

// Report tells what was explored.
type Report struct {
	// Schedules is how many schedules were run to their end.
	Schedules int
	// Pruned is how many were left because they differ from another in the order of independent actions only.
	Pruned int
	// Samples is how many were run at random.
	Samples int
	// Exhausted tells whether every schedule within the bounds was run.
	Exhausted bool
	// Failing is the schedule that broke the test, as [Replay] takes it. It is empty if none did, or if the first one
	// did, in which everything goes well.
	Failing string
	// Took is how long it took.
	Took time.Duration
}

// String is the report in a line.
func (r Report) String() string {
	text := fmt.Sprintf("%d schedules", r.Schedules)
	if r.Pruned > 0 {
		text += fmt.Sprintf(", and %d left as equivalent", r.Pruned)
	}
	if r.Samples > 0 {
		text += fmt.Sprintf(", and %d at random", r.Samples)
	}
	if r.Exhausted {
		text += ": all there are within the bounds"
	} else {
		text += ": not all"
	}
	return text + fmt.Sprintf(" (%v)", r.Took.Round(time.Millisecond))
}

// variable is the name of the environment's variable for a schedule.
const variable = "BATON_SCHEDULE"

// Schedules runs the body under every schedule within the bounds, those with the fewest faults, crashes and other
// departures from the ordinary first, so that the first one that fails the test is as short as any. It reports that one
// to t with what happened in it, and ends the test. The result is the same every time, however many schedules run at
// once. It panics if the bounds make no sense.
//
// The schedule is the body's *testing.T: assertions in it must be made on the schedule, not on t.
//
// If the environment has the variable BATON_SCHEDULE, its value is the one schedule that is run, as by [Replay].
func Schedules(t TB, bounds Bounds, body func(s *Schedule)) Report {
	t.Helper()
	if schedule, ok := os.LookupEnv(variable); ok {
		Replay(t, bounds, schedule, body)
		return Report{Schedules: 1}
	}
	x := newExploration(t, bounds, body)
	begin := time.Now()
	x.told = begin
	failing := x.runFirst()
	if failing == nil {
		failing = x.runAll()
	}
	x.report.Took = time.Since(begin)
	switch {
	case failing != nil:
		x.fail(*failing)
		t.FailNow()
	case x.leak != "":
		t.Errorf("explore: goroutines are left behind, not by the first schedule, but by another of %d:\n\n%s",
			x.report.Schedules+x.report.Pruned+x.report.Samples, x.leak)
		t.FailNow()
	}
	t.Logf("explored %s", x.report)
	return x.report
}

// Replay runs the body under the one schedule that Schedules has printed, with the same bounds: twice, to see whether
// the same happens again. It tells what happened in any case.
func Replay(t TB, bounds Bounds, schedule string, body func(s *Schedule)) {
	t.Helper()
	x := newExploration(t, bounds, body)
	p := plan{tokens: tokens(schedule), watched: true}
	s := x.run(p)
	if !s.Failed() { // the second time it must be the same
		p.history, p.asked = &history{s.asked, s.marks}, len(s.asked)
		s = x.runTraced(p)
	}
	p.failures = s.failures
	switch {
	case s.Failed():
		x.fail(p)
		t.FailNow()
	case s.plan.next < len(p.tokens):
		t.Errorf("explore: the schedule does not fit the test any more: nothing is left to %q. The test passed otherwise.",
			strings.Join(p.tokens[s.plan.next:], "; "))
		t.FailNow()
	default:
		t.Logf("explore: the test passes %s\n%s", under(s.plan.taken), s.trace)
	}
}

func newExploration(t TB, bounds Bounds, body func(*Schedule)) *exploration {
	if body == nil {
		panic("explore: the body is nil")
	}
	return &exploration{t: t, bounds: bounds.normal(), body: body}
}

// fail reports a schedule that fails: it runs it again to tell of it.
func (x *exploration) fail(p plan) {
	x.t.Helper()
	s := x.runTraced(p)
	x.report.Failing = strings.Join(s.plan.taken, "; ")
	x.t.Errorf("%s", x.text(s))
}

func (x *exploration) runTraced(p plan) *Schedule {
	p.next, p.taken = 0, nil
	s := &Schedule{x: x, plan: p, trace: &trace{}}
	x.runBody(s, &scratch{})
	return s
}
