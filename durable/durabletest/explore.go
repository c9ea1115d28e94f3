package durabletest

import (
	"fmt"
	"testing"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
)

// Bounds limit what [Explore] tries. The zero value is usual.
type Bounds struct {
	// Departures is how many times one schedule departs from the ordinary at most. The default is 2; explore.None stands
	// for none at all.
	Departures int
	// FaultsOf lists the ways in which an action can fail. By default each can fail in two: not done, with an error that
	// is explore.ErrFault and executor.ErrNotDone, and done but with its answer lost, with one that is explore.ErrFault.
	FaultsOf func(actions.Action) []explore.Fault
	// Cancels lets the run be cancelled, once, as one of the departures.
	Cancels bool
	// Config has the codecs, the kinds of errors, the treatments and the limits that count; what else it says does not.
	Config durable.Config
	// MaxSchedules is how many schedules are run at most. The default is 100,000.
	MaxSchedules int
	// Only, if not empty, is the one schedule that is run, as a failure has printed it.
	Only string
}

const (
	defaultDepartures = 2
	defaultSchedules  = 100_000
)

// Explore runs a test of an orchestration on the journal of durable runs, under every way the world can treat it within
// bounds: the process dies before and after every write to the store, and after every effect; the run is unloaded, or
// drained by a shutdown, whenever it can be; actions fail, before their effect or after it; branches come to their
// steps in other orders; events and timers come early and late, also while no process carries the run out. Whatever
// happened, the run goes on from its records.
//
//	durabletest.Explore(t, durabletest.Bounds{}, func(s *durabletest.Schedule) {
//		bank := newBank()
//		_, err := durabletest.Run(s, orchestrate.Bind(transfer, order), bank.mux())
//		require.Equal(s, 100, bank.total(), "no money is made or lost: %v", err)
//	})
//
// The ordinary is that nothing of this happens; each schedule departs from it at a few moments, and those with the
// fewest departures are run first, so that the one that is reported is as short as any. Besides what the body requires,
// Explore sees to it that nothing is carried out that is on record, that every life of the run is told the same, and
// that in the end the records alone lead to the same result.
//
// It is package explore on the real journal: slower, with fewer orders, and for what that package has a model of. The
// body makes a world of its own each time and depends on nothing but its schedule, on which its assertions are made.
// Handlers are fakes, which may take time: it is that of a testing/synctest bubble.
func Explore(t *testing.T, b Bounds, body func(s *Schedule)) Report {
	t.Helper()
	x := newExploration(t, b, body)
	begin := time.Now()
	failing := x.search()
	x.report.Took = time.Since(begin)
	if failing != nil {
		x.report.Failing = failing.String()
		t.Errorf("%s", failing.text())
		return x.report
	}
	t.Logf("explored %s", x.report)
	return x.report
}

func newExploration(t *testing.T, b Bounds, body func(*Schedule)) *exploration {
	t.Helper()
	if body == nil {
		panic("durabletest.Explore: the body is nil")
	}
	x := &exploration{t: t, Bounds: b, body: body}
	switch x.Departures {
	case explore.None:
		x.Departures = 0
	case 0:
		x.Departures = defaultDepartures
	}
	if x.MaxSchedules == 0 {
		x.MaxSchedules = defaultSchedules
	}
	if x.Departures < 0 || x.MaxSchedules < 0 {
		panic(fmt.Sprintf("durabletest.Bounds: Departures and MaxSchedules must not be negative, got %d and %d",
			b.Departures, b.MaxSchedules))
	}
	if x.FaultsOf == nil {
		x.FaultsOf = func(actions.Action) []explore.Fault { return usualFaults() }
	}
	return x
}

// Report tells what was explored.
type Report struct {
	// Schedules is how many schedules were run.
	Schedules int
	// Strayed is how many of them never came to the choice in which they were to depart: the test, or what its branches
	// do at the same time, depends on chance.
	Strayed int
	// Exhausted tells whether they are all there are within the bounds.
	Exhausted bool
	// Failing is the schedule that broke the test, as [Bounds] take it. It is empty if none did, or if the ordinary one
	// did.
	Failing string
	Took    time.Duration
}

// String is the report in a line.
func (r Report) String() string {
	text := fmt.Sprintf("%d schedules", r.Schedules)
	if r.Strayed > 0 {
		text += fmt.Sprintf(", of which %d strayed", r.Strayed)
	}
	if r.Exhausted {
		text += ": all there are within the bounds"
	} else {
		text += ": not all"
	}
	return text + fmt.Sprintf(" (%v)", r.Took.Round(time.Millisecond))
}
