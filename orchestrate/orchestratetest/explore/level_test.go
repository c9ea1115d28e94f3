package explore_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
)

// pair is two sequences side by side, with many schedules.
func pair(y actions.Yield) (int, error) {
	_, err := orchestrate.Settle(y, sequence(1, 2, 3), sequence(11, 12))
	return 0, err
}

func TestHoweverManyRunAtOnceTheSameSchedulesAreRun(t *testing.T) {
	t.Parallel()
	all := explore.Schedules(t, explore.Bounds{}, func(s *explore.Schedule) {
		_, _ = explore.Run(s, pair, newWorld().mux())
	})
	require.True(t, all.Exhausted)
	for _, most := range []int{1, 2, 10, 50, 300, all.Schedules - 1, all.Schedules, all.Schedules + 1} {
		var first orders
		var report explore.Report
		for _, workers := range []int{1, 2, 8} {
			var o orders
			bounds := explore.Bounds{MaxSchedules: most, Workers: workers, Samples: 20}
			r := explore.Schedules(t, bounds, func(s *explore.Schedule) {
				w := newWorld()
				_, err := explore.Run(s, pair, w.mux())
				o.add("%v %v", w.order, err)
			})
			r.Took = 0
			if workers == 1 {
				first.seen, report = o.seen, r
			}
			require.Equal(t, first.seen, o.seen)
			require.Equal(t, report, r)
			require.Equal(t, min(most, all.Schedules), r.Schedules)
			require.Equal(t, most >= all.Schedules, r.Exhausted)
			require.Equal(t, r.Exhausted, r.Samples == 0)
		}
	}
}

func TestHoweverManyRunAtOnceTheSameFailureIsFound(t *testing.T) {
	t.Parallel()
	for _, bounds := range []explore.Bounds{
		{Faults: 2},
		{Faults: 2, MaxSchedules: 10, Samples: 10_000, Seed: 7},
	} {
		var texts []string
		for _, workers := range []int{1, 2, 8} {
			bounds.Workers = workers
			texts = append(texts, failure(func(t explore.TB) {
				explore.Schedules(t, bounds, func(s *explore.Schedule) {
					w := newWorld()
					_, err := explore.Run(s, saga(6), w.mux())
					if err != nil {
						require.NotEqual(s, []int{0, 1, 2, 3, 4}, w.order)
					}
				})
			}))
		}
		require.NotContains(t, schedule(texts[0]), ";", "one departure is enough: %s", texts[0])
		require.Equal(t, texts[0], texts[1])
		require.Equal(t, texts[0], texts[2])
	}
}

func TestSamplesFindWhatIsTooFarToExhaust(t *testing.T) {
	t.Parallel()
	flow := func(y actions.Yield) (n int, err error) { // gives up at the third failure
		for i, failures := 0, 0; i < 30 && failures < 3; i++ {
			if _, err := orchestrate.Do(y, do{N: i}); err != nil {
				failures++
			} else {
				n++
			}
		}
		return n, nil
	}
	body := func(s *explore.Schedule) {
		n, err := explore.Run(s, flow, newWorld().mux())
		require.NoError(s, err)
		require.GreaterOrEqual(s, n, 20)
	}
	bounds := explore.Bounds{Faults: 3, Crashes: explore.None, MaxSchedules: 100, Samples: 1000}
	text := failure(func(t explore.TB) { explore.Schedules(t, bounds, body) })
	require.Len(t, strings.Split(schedule(text), ";"), 3)
	again := failure(func(t explore.TB) { explore.Replay(t, bounds, schedule(text), body) })
	require.Equal(t, schedule(text), schedule(again))
}

func TestAnyNameOfAnEventCanBeReplayed(t *testing.T) {
	t.Parallel()
	for i, name := range []string{
		"", " ", "a  b", "a;b", "fail 0; lose 1", `say "yes"`, "it's", "back`tick", "new\nline", "emoji 🎼", `" 2`, "a\\",
	} {
		var runs atomic.Int64
		body := func(s *explore.Schedule) {
			runs.Add(1)
			s.Send(name, i)
			s.Send(name, i)
			_, err := explore.Run(s, func(y actions.Yield) (int, error) {
				_, _ = orchestrate.Do(y, actions.Receive[int]{Name: name})
				return orchestrate.Do(y, actions.Receive[int]{Name: name})
			}, newWorld().mux())
			require.NoError(s, err)
		}
		text := failure(func(t explore.TB) { explore.Schedules(t, noCrash, body) })
		require.Equal(t, fmt.Sprintf("drop %q", name), schedule(text))
		text = failure(func(t explore.TB) { explore.Replay(t, noCrash, schedule(text), body) })
		require.Equal(t, fmt.Sprintf("drop %q", name), schedule(text))
		runs.Store(0)
		second := fmt.Sprintf(" ;; drop\n %q   2 before %q ; ", name, name)
		text = failure(func(t explore.TB) { explore.Replay(t, noCrash, second, body) })
		require.Equal(t, fmt.Sprintf("drop %q 2 before %[1]q", name), schedule(text))
		require.EqualValues(t, 2, runs.Load())
	}
}
