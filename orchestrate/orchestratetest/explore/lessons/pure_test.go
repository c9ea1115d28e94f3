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

// billed is a test of workflows that send bills.
func billed(n int) func(s *explore.Schedule, flow orchestrate.Orchestration[int]) {
	return func(s *explore.Schedule, flow orchestrate.Orchestration[int]) {
		bills := map[Bill]bool{}
		sent, err := explore.Run(s, flow, executor.NewMux(
			executor.OnVoid(func(_ context.Context, a Bill) error { bills[a] = true; return nil }),
		))
		require.NoError(s, err)
		require.Equal(s, n, sent)
		require.Len(s, bills, n)
		for b := range bills {
			require.NotEmpty(s, b.Number)
			require.NotZero(s, b.Cents)
		}
	}
}

// Maps have another order each time. A workflow that goes by it is another workflow after a crash.
func inTheOrderOfAMap() lesson[int] {
	open := map[string]map[string]int{} // bills by customer and number: too many to come in the same order by chance
	for _, customer := range strings.Fields("ann bob cid dan eve fay gus hal") {
		open[customer] = map[string]int{}
		for i := range 8 {
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
		test: billed(64),
		says: "two runs of the same beginning differ",
	}
}

// The clock goes on between a run and its replay. The time is an effect as others are: ask for it.
func byTheClock() lesson[int] {
	return lesson[int]{
		bounds: explore.Bounds{Faults: explore.None},
		bug: func(y actions.Yield) (int, error) {
			return 1, orchestrate.Tell(y, Bill{Number: "7", Cents: 100, Due: time.Now().Add(month)})
		},
		fixed: func(y actions.Yield) (int, error) {
			now, err := orchestrate.Do(y, actions.Now{})
			if err != nil {
				return 0, err
			}
			return 1, orchestrate.Tell(y, Bill{Number: "7", Cents: 100, Due: now.Add(month)})
		},
		test: billed(1),
		says: "Due: ",
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
		test: billed(1),
		says: `Number: `,
	}
}
