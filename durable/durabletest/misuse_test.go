package durabletest_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/durable/durabletest"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
)

func charges(s *durabletest.Schedule) {
	b := newBooks()
	_, err := durabletest.Run(s, orchestrate.Lift(Charge{Order: "a", Cents: 5}), b.mux())
	if s.Departures() == 0 {
		require.NoError(s, err)
	}
}

func TestBoundsThatMakeNoSensePanic(t *testing.T) {
	t.Parallel()
	says := "durabletest.Bounds: Departures and MaxSchedules must not be negative, got -2 and 0"
	require.PanicsWithValue(t, says, func() {
		durabletest.Explore(t, durabletest.Bounds{Departures: -2}, charges)
	})
	require.Panics(t, func() { durabletest.Explore(t, durabletest.Bounds{MaxSchedules: -1}, charges) })
	require.PanicsWithValue(t, "durabletest.Explore: the body is nil", func() {
		durabletest.Explore(t, durabletest.Bounds{}, nil)
	})
	require.PanicsWithValue(t, `durabletest.Explore: "at noon" is no part of a schedule`, func() {
		durabletest.Explore(t, durabletest.Bounds{Only: "0: time passes; at noon"}, charges)
	})
}

func TestTheReportSaysHowMuchWasExplored(t *testing.T) {
	t.Parallel()
	report := durabletest.Explore(t, durabletest.Bounds{Departures: explore.None}, charges)
	require.Equal(t, 1, report.Schedules)
	require.True(t, report.Exhausted)
	report = durabletest.Explore(t, durabletest.Bounds{MaxSchedules: 3}, charges)
	require.Equal(t, 3, report.Schedules)
	require.False(t, report.Exhausted)
	require.Contains(t, report.String(), "3 schedules: not all (")
}

func TestAScheduleThatPassesOrDoesNotFit(t *testing.T) {
	t.Parallel()
	report, text := durabletest.Find(t, durabletest.Bounds{
		Only: "0: the process dies after durabletest_test.Charge at 0 is carried out",
	}, charges)
	require.Empty(t, text)
	require.Equal(t, 1, report.Schedules)
	_, text = durabletest.Find(t, durabletest.Bounds{Only: "0: an earthquake"}, charges)
	require.Contains(t, text, "the schedule does not fit the test: there is no choice 0: an earthquake")
	_, text = durabletest.Find(t, durabletest.Bounds{Only: "99: time passes"}, charges)
	require.Contains(t, text, "the schedule does not fit the test: there is no choice 99: time passes")
}

func TestFaultsOfTheSameTextAreAllTried(t *testing.T) {
	t.Parallel()
	busy := errors.New("busy; try later")
	faults := []explore.Fault{{Err: busy}, {Err: errors.Join(busy)}, {Err: busy, Lost: true}}
	bounds := durabletest.Bounds{Departures: 1, FaultsOf: func(actions.Action) []explore.Fault { return faults }}
	charged := 0
	report := durabletest.Explore(t, bounds, func(s *durabletest.Schedule) {
		b := newBooks()
		_, err := durabletest.Run(s, orchestrate.Lift(Charge{Order: "a", Cents: 5}), b.mux())
		if err != nil {
			charged += b.charged["a"]
		}
	})
	require.Equal(t, 5, charged, "one of the three is carried out")
	require.True(t, report.Exhausted)

	report, _ = durabletest.Find(t, bounds, func(s *durabletest.Schedule) {
		_, err := durabletest.Run(s, orchestrate.Lift(Charge{Order: "a", Cents: 5}), newBooks().mux())
		require.NoError(s, err)
	})
	require.Equal(t, "0: durabletest_test.Charge at 0 fails: busy, try later", report.Failing)
	bounds.Only = report.Failing
	_, text := durabletest.Find(t, bounds, charges)
	require.Empty(t, text, "it is read as it was written")
}

func TestHandlersMayTakeTimeAndLeaveNoRecord(t *testing.T) {
	t.Parallel()
	unrecorded := durable.Config{Treat: func(actions.Action) journal.Treatment {
		return journal.Treatment{Durability: journal.Unrecorded}
	}}
	durabletest.Explore(t, durabletest.Bounds{Config: unrecorded, FaultsOf: noFaults}, func(s *durabletest.Schedule) {
		begin := time.Now()
		exec := executor.NewMux(executor.On(func(ctx context.Context, _ Rate) (int, error) {
			select {
			case <-time.After(time.Minute):
				return 7, nil
			case <-ctx.Done():
				return 0, context.Cause(ctx)
			}
		}))
		rate, err := durabletest.Run(s, func(y actions.Yield) (int, error) {
			if _, err := orchestrate.Do(y, Rate{}); err != nil {
				return 0, err
			}
			if err := orchestrate.Tell(y, actions.Sleep{For: time.Hour}); err != nil {
				return 0, err
			}
			return orchestrate.Do(y, Rate{})
		}, exec)
		require.NoError(s, err)
		require.Equal(s, 7, rate)
		require.GreaterOrEqual(s, time.Since(begin), time.Hour)
		require.Less(s, time.Since(begin), 2*time.Hour, "nobody waits longer than the handlers take")
	})
}

// Box is a result that is told by its parts.
type Box struct{ Inside *Box }

// Open opens a box.
type Open struct{ actions.Returns[*Box] }

func TestWhatIsToldIsComparedByItsParts(t *testing.T) {
	t.Parallel()
	durabletest.Explore(t, durabletest.Bounds{}, func(s *durabletest.Schedule) {
		exec := executor.NewMux(executor.On(func(context.Context, Open) (*Box, error) {
			return &Box{&Box{}}, nil
		}))
		box, err := durabletest.Run(s, func(y actions.Yield) (*Box, error) {
			box, err := orchestrate.Do(y, Open{})
			if err != nil {
				return nil, err
			}
			told := *box
			box.Inside = nil // it is the orchestration's
			return &Box{&told}, nil
		}, exec)
		if err == nil {
			require.NotNil(s, box.Inside.Inside)
		}
	})
}

func TestABodyMayHaveSeveralRuns(t *testing.T) {
	t.Parallel()
	report := durabletest.Explore(t, durabletest.Bounds{Departures: 1}, func(s *durabletest.Schedule) {
		b := newBooks()
		s.Cleanup(func() { require.LessOrEqual(s, b.charged["a"], 15) })
		for range 2 {
			_, err := durabletest.Run(s, orchestrate.Lift(Charge{Order: "a", Cents: 5}), b.mux())
			if err == nil {
				require.Positive(s, b.charged["a"])
			}
		}
	})
	require.True(t, report.Exhausted)
	one := durabletest.Explore(t, durabletest.Bounds{Departures: 1}, charges)
	require.Equal(t, 2*(one.Schedules-1)+1, report.Schedules, "each of them has its departures")
}

func TestARunThatCannotBeginFailsTheTest(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		config durable.Config
		body   func(s *durabletest.Schedule)
		says   string
	}{
		"a kind of error twice": {
			durable.Config{ErrorKinds: []codec.ErrorKind{codec.Sentinel("explore.ErrFault", errNoMoney)}},
			charges,
			"explore.ErrFault",
		},
		"no orchestration": {body: func(s *durabletest.Schedule) {
			_, _ = durabletest.Run[string](s, nil, newBooks().mux())
		}, says: "durabletest.Run: the orchestration or the executor is nil"},
		"a payload that is none": {body: func(s *durabletest.Schedule) {
			s.Send("packed", func() {})
		}, says: `Send "packed": json: unsupported type: func()`},
		"a test that gives up": {body: func(s *durabletest.Schedule) { s.FailNow() }, says: "FailNow was called"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, text := durabletest.Find(t, durabletest.Bounds{Config: c.config}, c.body)
			require.Contains(t, text, c.says)
		})
	}
}
