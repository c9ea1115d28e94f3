package explore_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
)

var (
	_ explore.TB         = (*testing.T)(nil)
	_ explore.TB         = (*testing.B)(nil)
	_ explore.TB         = (*testing.F)(nil)
	_ explore.TB         = (*rapid.T)(nil)
	_ orchestratetest.TB = (*explore.Schedule)(nil)
)

func TestAMockOfTheKitIsAWorld(t *testing.T) {
	t.Parallel()
	undone := func(r func(m *orchestratetest.Mock)) string {
		return failure(func(t explore.TB) {
			explore.Schedules(named{t}, noCrash, func(s *explore.Schedule) {
				m := orchestratetest.NewMock(s)
				orchestratetest.OnType[do](m).Return(1).Maybe()
				r(m)
				_, _ = explore.Run(s, saga(2), m)
				require.Equal(s, "TestIt/with(a_part)", s.Name())
			})
		})
	}
	text := undone(func(m *orchestratetest.Mock) {
		orchestratetest.On(m, undo{N: 0}).Return(actions.Void{}).Maybe()
	})
	require.Equal(t, "lose 1", schedule(text), "undo 1 is not expected")
	require.Contains(t, text, "N: want 0, got 1")
	text = undone(func(m *orchestratetest.Mock) { orchestratetest.OnType[undo](m).Return(actions.Void{}) })
	require.Empty(t, schedule(text), "nothing is undone when everything goes well")
	require.Contains(t, text, "explore_test.undo")
	text = undone(func(m *orchestratetest.Mock) { orchestratetest.OnType[undo](m).Return(actions.Void{}).Maybe() })
	require.Empty(t, text)
}

func TestAnExplorationRunsInABubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		report := explore.Schedules(t, explore.Bounds{}, func(s *explore.Schedule) {
			slow := executor.Func(func(context.Context, actions.Action) (any, error) {
				<-time.After(time.Hour)
				return 1, nil
			})
			_, _ = explore.Run(s, func(y actions.Yield) (int, error) {
				_, err := orchestrate.All(y, sequence(1, 2), sequence(3))
				return 0, err
			}, slow)
		})
		require.True(t, report.Exhausted)
		require.Greater(t, time.Since(began), time.Hour, "in the time of the bubble, however many explore")
	})
}

func TestCleanupsRunWhenABodyHasEndedTheLastOneFirst(t *testing.T) {
	t.Parallel()
	var o orders
	explore.Schedules(t, calm, func(s *explore.Schedule) {
		var said []int
		for i := range 3 {
			s.Cleanup(func() {
				if said = append(said, i); i == 0 {
					o.add("%v", said)
				}
			})
		}
		_, _ = explore.Run(s, sequence(1), newWorld().mux())
	})
	require.Equal(t, []string{"[2 1 0]"}, o.all())

	text := failure(func(t explore.TB) {
		explore.Schedules(t, calm, func(s *explore.Schedule) {
			s.Cleanup(func() { require.Fail(s, "first") })
			s.Cleanup(func() { require.Fail(s, "second") })
			_, _ = explore.Run(s, sequence(1), newWorld().mux())
			require.Fail(s, "at the end")
		})
	})
	for _, want := range []string{"first", "second", "at the end"} {
		require.Contains(t, text, want)
	}
}

func TestWhatIsSaidOfAScheduleThatIsLeftDoesNotCount(t *testing.T) {
	t.Parallel()
	bounds := calm
	bounds.Conflicts = func(actions.Action, actions.Action) bool { return false }
	report := explore.Schedules(t, bounds, func(s *explore.Schedule) {
		ended := false
		s.Cleanup(func() { require.True(s, ended) })
		_, _ = explore.Run(s, pair, newWorld().mux())
		ended = true
	})
	require.Equal(t, 1, report.Schedules)
	require.NotZero(t, report.Pruned)
}
