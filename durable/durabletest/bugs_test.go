package durabletest_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/durabletest"
	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
)

// bug is a flow or a world that is wrong, and the schedule that shows it: none if the ordinary one does.
type bug struct {
	bounds        durabletest.Bounds
	test          func(s *durabletest.Schedule)
	failing, says string
}

func noFaults(actions.Action) []explore.Fault { return nil }

// bugsOfWorlds are those that a crash, a fault, a timer or another order brings to light.
func bugsOfWorlds() map[string]bug {
	return map[string]bug{
		"charged twice for a crash": {
			test: func(s *durabletest.Schedule) {
				b := newBooks()
				_, _ = durabletest.Run(s, orchestrate.Lift(Charge{Order: "a", Cents: 5}), b.mux())
				require.LessOrEqual(s, b.charged["a"], 5, "the customer pays once")
			},
			failing: "0: the process dies after durabletest_test.Charge at 0 is carried out",
			says:    "the customer pays once",
		},
		"in its own way after a crash": {
			bounds: durabletest.Bounds{FaultsOf: noFaults},
			test: func(s *durabletest.Schedule) {
				var taken []string
				exec := executor.NewMux(executor.On(func(_ context.Context, a Reserve) (string, error) {
					if len(taken) > 1 {
						return "", errors.New("no place is left")
					}
					taken = append(taken, a.Order) // and not once for each step's key
					return "shelf", nil
				}))
				_, err := durabletest.Run(s, func(y actions.Yield) (string, error) {
					if _, err := orchestrate.Do(y, Reserve{Order: "a"}); err != nil {
						return "", err
					}
					return orchestrate.Do(y, Reserve{Order: "b"})
				}, exec)
				require.NoError(s, err, "there are places for two")
			},
			failing: "0: the process dies after durabletest_test.Reserve at 0 is carried out",
			says:    "no place is left",
		},
		"not released": {
			test: func(s *durabletest.Schedule) {
				b := newBooks()
				_, err := durabletest.Run(s, func(y actions.Yield) (string, error) {
					if _, err := orchestrate.Do(y, Reserve{Order: "a"}); err != nil {
						return "", err
					}
					return orchestrate.Do(y, Charge{Order: "a", Cents: 5})
				}, b.mux())
				if err != nil {
					require.Empty(s, b.reserved, "nothing stays reserved")
				}
			},
			failing: "0: durabletest_test.Reserve at 0 is carried out, and fails: fault: the answer was lost",
			says:    "nothing stays reserved",
		},
		"packed too late": {
			test: func(s *durabletest.Schedule) {
				s.Send("packed", "box 7")
				packed := orchestrate.Lift(actions.Receive[string]{Name: "packed"})
				_, err := durabletest.Run(s, func(y actions.Yield) (string, error) {
					return orchestrate.WithTimeout(y, time.Hour, packed)
				}, newBooks().mux())
				require.NoError(s, err)
			},
			failing: "0: time passes", says: "not done within 1h0m0s",
		},
		"paid too late": {
			bounds: durabletest.Bounds{FaultsOf: noFaults},
			test: func(s *durabletest.Schedule) {
				_, err := durabletest.Run(s, func(y actions.Yield) (string, error) {
					return orchestrate.WithTimeout(y, time.Hour, orchestrate.Lift(Charge{Order: "a", Cents: 5}))
				}, newBooks().mux())
				require.NoError(s, err)
			},
			failing: "0: time passes", says: "not done within 1h0m0s",
		},
		"paid, and taken for unpaid": {
			bounds: durabletest.Bounds{FaultsOf: noFaults},
			test: func(s *durabletest.Schedule) {
				b := newBooks()
				_, err := durabletest.Run(s, func(y actions.Yield) (string, error) {
					return orchestrate.WithTimeout(y, time.Hour, orchestrate.Lift(Charge{Order: "a", Cents: 5}))
				}, b.mux())
				if err != nil {
					require.Empty(s, b.charged, "who has not paid was not charged")
				}
			},
			failing: "0: the process dies after durabletest_test.Charge at 0.0.0 is carried out; " +
				"1: time passes before the run goes on",
			says: "who has not paid was not charged",
		},
		"one branch undoes the other": {
			bounds: durabletest.Bounds{FaultsOf: noFaults, Departures: 1},
			test: func(s *durabletest.Schedule) {
				total, added := 0, map[string]bool{}
				exec := executor.NewMux(
					executor.On(func(context.Context, Rate) (int, error) { return total, nil }),
					executor.On(func(_ context.Context, a Charge) (string, error) {
						if !added[a.Order] {
							added[a.Order], total = true, a.Cents
						}
						return "", nil
					}))
				add := func(order string) orchestrate.Orchestration[string] {
					return func(y actions.Yield) (string, error) {
						n, err := orchestrate.Do(y, Rate{})
						if err != nil {
							return "", err
						}
						return orchestrate.Do(y, Charge{Order: order, Cents: n + 1})
					}
				}
				_, err := durabletest.Run(s, func(y actions.Yield) ([]string, error) {
					return orchestrate.All(y, add("a"), add("b"))
				}, exec)
				require.NoError(s, err)
				require.Equal(s, 2, total, "both have added one")
			},
			failing: "0: durabletest_test.Rate at 0.1.0 is carried out", says: "both have added one",
		},
	}
}

// bugsOfFlows are those that every schedule brings to light.
func bugsOfFlows() map[string]bug {
	counter := 0
	unrecorded := durable.Config{Treat: func(a actions.Action) journal.Treatment {
		if _, ok := a.(Rate); ok {
			return journal.Treatment{Durability: journal.Unrecorded}
		}
		return journal.Treatment{}
	}}
	return map[string]bug{
		"by a counter": {
			bounds: durabletest.Bounds{FaultsOf: noFaults},
			test: func(s *durabletest.Schedule) {
				_, _ = durabletest.Run(s, func(y actions.Yield) (string, error) {
					counter++
					return orchestrate.Do(y, Charge{Order: "a", Cents: counter})
				}, newBooks().mux())
			},
			says: "the records alone lead to something else",
		},
		"an event that never comes": {
			test: func(s *durabletest.Schedule) {
				_, err := durabletest.Run(s, orchestrate.Lift(actions.Receive[string]{Name: "x"}), newBooks().mux())
				require.NoError(s, err)
			},
			says: "the run waits for ever",
		},
		"a panic of the test": {
			test: func(*durabletest.Schedule) { panic("ouch") }, says: "panic: ouch",
		},
		"an unrecorded action that decides": {
			bounds: durabletest.Bounds{Config: unrecorded},
			test: func(s *durabletest.Schedule) {
				rate := 0
				exec := executor.NewMux(
					executor.On(func(context.Context, Rate) (int, error) { rate++; return rate, nil }),
					executor.On(func(context.Context, Charge) (string, error) { return "", nil }))
				_, _ = durabletest.Run(s, func(y actions.Yield) (string, error) {
					n, err := orchestrate.Do(y, Rate{})
					if err != nil {
						return "", err
					}
					return orchestrate.Do(y, Charge{Order: "a", Cents: n})
				}, exec)
			},
			says: `the journal has durabletest_test.Charge{"Order":"a","Cents":1}, the code yielded`,
		},
	}
}

func TestPlantedBugsAreFoundByTheShortestSchedule(t *testing.T) {
	t.Parallel()
	for name, b := range bugsOfWorlds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report, text := durabletest.Find(t, b.bounds, b.test)
			require.Equal(t, b.failing, report.Failing)
			require.Contains(t, text, b.says)
			require.Contains(t, text, "Bounds{Only: \""+b.failing+"\"}")

			b.bounds.Only = b.failing
			report, text = durabletest.Find(t, b.bounds, b.test)
			require.Equal(t, 1, report.Schedules)
			require.Contains(t, text, b.says)
			require.Contains(t, text, "under the schedule\n\n    "+b.failing+"\n")
		})
	}
	for name, b := range bugsOfFlows() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report, text := durabletest.Find(t, b.bounds, b.test)
			require.Empty(t, report.Failing)
			require.Equal(t, 1, report.Schedules)
			require.Contains(t, text, "although nothing out of the ordinary happens")
			require.Contains(t, text, b.says)
		})
	}
}
