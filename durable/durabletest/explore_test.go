package durabletest_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/durabletest"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
)

func TestACheckoutIsPaidAndShippedOrNeither(t *testing.T) {
	t.Parallel()
	report := durabletest.Explore(t, durabletest.Bounds{Cancels: true}, func(s *durabletest.Schedule) {
		b := newBooks()
		s.Send("packed", "box 7")
		_, err := durabletest.Run(s, orchestrate.Bind(checkout, Order{ID: "a", Cents: 5}), b.mux())
		if s.Departures() == 0 {
			require.NoError(s, err)
		}
		if err == nil {
			require.NotZero(s, b.charged["a"])
			require.Contains(s, b.calls, "Ship")
			require.True(s, b.reserved["a"])
			return
		}
		if left, ok := errors.AsType[*orchestrate.SagaError](err); ok {
			require.ErrorIs(s, left.Undo[0], explore.ErrFault, "nothing else is in the way of an inverse")
			return
		}
		require.Empty(s, b.charged, "%v", err)
		require.Empty(s, b.reserved, "%v", err)
	})
	require.True(t, report.Exhausted)
	require.Regexp(t, `^1025 schedules: all there are within the bounds \(`, report.String())
}

// busy has a bit of everything that waits, branches and cleans up.
func busy(y actions.Yield) (string, error) {
	var got strings.Builder
	err := orchestrate.Select(y,
		orchestrate.When(actions.Receive[string]{Name: "go"}, func(s string) error {
			got.WriteString("go " + s)
			return nil
		}),
		orchestrate.When(actions.Sleep{For: time.Hour}, func(actions.Void) error {
			got.WriteString("late")
			return nil
		}),
	)
	if err != nil {
		return "", err
	}
	won, err := orchestrate.Race(y,
		func(y actions.Yield) (string, error) {
			place, err := orchestrate.Do(y, Reserve{Order: "a"})
			if err == nil {
				_, err = orchestrate.Do(y, actions.Receive[string]{Name: "never"})
			}
			_, cleanup := orchestrate.Shield(y, orchestrate.Lift(Release{Order: "a"}))
			return place, errors.Join(err, cleanup)
		},
		orchestrate.Lift(Charge{Order: "a", Cents: 5}),
	)
	got.WriteString(" " + won)
	if err != nil {
		got.WriteString("lost")
	}
	at, err := orchestrate.Do(y, actions.Now{})
	if err != nil {
		return "", err
	}
	both, err := orchestrate.Settle(y, orchestrate.Lift(Reserve{Order: "b"}), func(y actions.Yield) (string, error) {
		if err := orchestrate.Tell(y, actions.Sleep{For: time.Minute}); err != nil {
			return "", err
		}
		return orchestrate.Do(y, Reserve{Order: "c"})
	})
	if err != nil {
		return "", err
	}
	for _, o := range both {
		got.WriteString(" " + o.Value)
	}
	return got.String() + at.String(), nil
}

func TestARunIsToldTheSameWhateverHappens(t *testing.T) {
	t.Parallel()
	treat := func(a actions.Action) journal.Treatment {
		switch a.(type) {
		case Release:
			return journal.Treatment{Durability: journal.Batched}
		case Rate:
			return journal.Treatment{Durability: journal.Unrecorded}
		}
		return journal.Treatment{}
	}
	for name, config := range map[string]durable.Config{"recorded": {}, "as it suits": {Treat: treat}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bounds := durabletest.Bounds{Cancels: true, Config: config, MaxSchedules: most()}
			bounds.FaultsOf = func(a actions.Action) []explore.Fault {
				if _, ok := a.(Release); ok {
					return nil
				}
				return []explore.Fault{{Err: explore.ErrFault, Lost: true}}
			}
			durabletest.Explore(t, bounds, func(s *durabletest.Schedule) {
				b := newBooks()
				s.Send("go", "now")
				s.Send("go", "again")
				_, err := durabletest.Run(s, busy, b.mux())
				if err == nil {
					require.NotContains(s, b.reserved, "a", "it was cleaned up")
				}
			})
		})
	}
}

// most is how many schedules the largest tests run: all with BATON_LONG.
func most() int {
	if os.Getenv("BATON_LONG") != "" {
		return 0
	}
	return 1500
}
