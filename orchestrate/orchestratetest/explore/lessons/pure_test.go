package lessons_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
)

// Bill sends a bill.
type Bill struct {
	actions.Returns[actions.Void]
	Number string
	Due    time.Time
	Cents  int
}

const month = 30 * 24 * time.Hour

// billed is a test of workflows that send so many bills in each of some runs, and of when they do.
func billed(n, runs int, when ...time.Duration) func(*explore.Schedule, orchestrate.Orchestration[int]) {
	return func(s *explore.Schedule, flow orchestrate.Orchestration[int]) {
		numbers, d, begin := map[string]bool{}, done{}, s.Now()
		mux := executor.NewMux(executor.OnVoid(func(ctx context.Context, a Bill) error {
			if d.first(ctx) {
				require.NotEmpty(s, a.Number)
				require.NotContains(s, numbers, a.Number, "each bill has a number of its own")
				require.NotZero(s, a.Cents)
				require.Equal(s, when[min(len(numbers), len(when)-1)], s.Now().Sub(begin), "it comes when it should")
				require.True(s, a.Due.IsZero() || a.Due.Equal(s.Now().Add(month)), "it is due in a month")
				numbers[a.Number] = true
			}
			return nil
		}))
		for range runs {
			sent, err := explore.Run(s, flow, mux)
			require.NoError(s, err)
			require.Equal(s, n, sent)
		}
		require.Len(s, numbers, n*runs)
		require.Equal(s, when[len(when)-1], s.Now().Sub(begin))
	}
}

// Maps have another order each time. A workflow that goes by it is another workflow after a crash. It takes some
// customers to be sure of that, so that their bills do not come in the same order by chance.
func inTheOrderOfAMap(customers string, each int) lesson[int] {
	open, all := map[string]map[string]int{}, 0 // bills by customer and number
	for _, customer := range strings.Fields(customers) {
		open[customer] = map[string]int{}
		for i := range each {
			all++
			open[customer][fmt.Sprintf("%s/%d", customer, i)] = 100 + i
		}
	}
	return lesson[int]{
		bounds: explore.Bounds{Faults: explore.None},
		bug: func(y actions.Yield) (n int, _ error) {
			for _, bills := range open {
				for number, cents := range bills {
					if err := orchestrate.Tell(y, Bill{Number: number, Cents: cents}); err != nil {
						return n, err
					}
					n++
				}
			}
			return n, nil
		},
		fixed: func(y actions.Yield) (n int, _ error) {
			for _, customer := range slices.Sorted(maps.Keys(open)) {
				for _, number := range slices.Sorted(maps.Keys(open[customer])) {
					bill := Bill{Number: number, Cents: open[customer][number]}
					if err := orchestrate.Tell(y, bill); err != nil {
						return n, err
					}
					n++
				}
			}
			return n, nil
		},
		test: billed(all, 1, 0),
		says: "two runs of the same beginning differ",
	}
}

// The clock goes on between a run and its replay. The time is an effect as others are: ask for it.
func byTheClock() lesson[int] {
	bill := func(number func(today time.Time) string) orchestrate.Orchestration[int] {
		return func(y actions.Yield) (int, error) {
			if err := orchestrate.Tell(y, actions.Sleep{For: month}); err != nil {
				return 0, err
			}
			today, err := orchestrate.Do(y, actions.Now{})
			if err != nil {
				return 0, err
			}
			return 1, orchestrate.Tell(y, Bill{Number: number(today), Due: today.Add(month), Cents: 100})
		}
	}
	return lesson[int]{
		bounds: explore.Bounds{Faults: explore.None},
		bug:    bill(func(time.Time) string { return time.Now().Format(time.RFC3339Nano) }),
		fixed:  bill(func(today time.Time) string { return today.Format(time.DateOnly) }),
		test:   billed(1, 2, month, 2*month),
		says:   "Number: ",
	}
}

// A variable from outside keeps what an earlier life of the run left there. Ask for what is to be new.
func byACounter() lesson[int] {
	var last atomic.Int64
	return lesson[int]{
		bounds: explore.Bounds{Faults: explore.None},
		bug: func(y actions.Yield) (int, error) {
			number := strconv.FormatInt(last.Add(1), 10)
			return 1, orchestrate.Tell(y, Bill{Number: number, Cents: 100})
		},
		fixed: func(y actions.Yield) (int, error) {
			number, err := orchestrate.Do(y, actions.NewID{})
			if err != nil {
				return 0, err
			}
			return 1, orchestrate.Tell(y, Bill{Number: number, Cents: 100})
		},
		test: billed(1, 2, 0),
		says: `Number: `,
	}
}
