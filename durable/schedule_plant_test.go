package durable_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/orchestrate"
)

// report is a flow that says for when it is, and then takes as long as its input says.
var report = durable.Define("report", func(y actions.Yield, takes time.Duration) (string, error) {
	o, err := orchestrate.Do(y, durable.AskOccurrence{})
	if err != nil {
		return "", err
	}
	text, err := orchestrate.Do(y, work{Name: o.Time.Format(time.RFC3339Nano)})
	if err != nil {
		return "", err
	}
	return text, orchestrate.Tell(y, actions.Sleep{For: takes})
})

// diary has what was reported, and when.
type diary struct {
	crew
	mu      sync.Mutex
	entries []entry
}

type entry struct{ For, At time.Time }

func newDiary() *diary {
	d := &diary{}
	d.do = func(_ context.Context, w work) (string, error) {
		of, err := time.Parse(time.RFC3339Nano, w.Name)
		d.mu.Lock()
		defer d.mu.Unlock()
		d.entries = append(d.entries, entry{of, time.Now().UTC()})
		return w.Name, err
	}
	return d
}

// take returns what was written since it was asked last, as what it was for, in this order: those that are started in
// the same moment overtake each other.
func (d *diary) take() (times []string) {
	for _, e := range d.took() {
		times = append(times, e.For.Format(time.DateTime))
	}
	return times
}

func (d *diary) took() []entry {
	d.mu.Lock()
	defer d.mu.Unlock()
	took := d.entries
	d.entries = nil
	slices.SortStableFunc(took, func(a, b entry) int { return a.For.Compare(b.For) })
	return took
}

// unhurried is a runtime that carries reports out, and looks seldom: for tests in which months pass.
func unhurried(t *testing.T, st store.Store, d *diary) *durable.Runtime {
	t.Helper()
	return openLater(t, st, &d.crew, seldom())
}

func seldom() durable.Config {
	const day = 24 * time.Hour
	return durable.Config{Flows: durable.Flows(report), Poll: day, SweepEvery: day, Lease: 30 * day}
}

// plan makes a schedule of reports that take no time.
func planned(
	t *testing.T, c durable.Starter, id string, when durable.Timetable, opts ...durable.ScheduleOption,
) *durable.Schedule {
	t.Helper()
	return plannedFor(t, c, id, 0, when, opts...)
}

func plannedFor(
	t *testing.T, c durable.Starter, id string, takes time.Duration, when durable.Timetable,
	opts ...durable.ScheduleOption,
) *durable.Schedule {
	t.Helper()
	s, err := report.Schedule(t.Context(), c, id, takes, when, opts...)
	require.NoError(t, err)
	return s
}

// until lets time pass in a bubble until the time, in UTC, and everything that is due then be done.
func until(t *testing.T, text string) {
	t.Helper()
	at, err := time.Parse(time.DateTime, text)
	require.NoError(t, err)
	require.False(t, time.Now().After(at), "it is %v already", time.Now())
	synctestSleep(time.Until(at) + 5*time.Second)
	synctest.Wait()
}

func described(t *testing.T, s *durable.Schedule) durable.ScheduleInfo {
	t.Helper()
	info, err := s.Describe(t.Context())
	require.NoError(t, err)
	return info
}

func historyOf(t *testing.T, st store.Store, id string) store.History {
	t.Helper()
	h, err := st.Load(t.Context(), id, store.Mark{})
	require.NoError(t, err)
	return h
}
