package explore_test

import (
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/explore"
)

func TestWhatIsNotTheSameTwiceIsFoundAgainByReplay(t *testing.T) {
	t.Parallel()
	var last atomic.Int64
	counting := func(y actions.Yield) (int, error) { return orchestrate.Do(y, do{N: int(last.Add(1))}) }
	body := func(s *explore.Schedule) { _, _ = explore.Run(s, counting, newWorld().mux()) }

	text := failure(func(t explore.TB) { explore.Schedules(t, calm, body) })
	require.Contains(t, text, "two runs of the same beginning differ")
	require.Empty(t, schedule(text))
	text = failure(func(t explore.TB) { explore.Replay(t, calm, "", body) })
	require.Contains(t, text, "two runs of the same beginning differ")
	require.Contains(t, text, "N: want 4, got 6", "the first of the two runs, and that which tells of it")
}

func TestASchedulesStepsAreThoseOfOneRun(t *testing.T) {
	t.Parallel()
	body := func(s *explore.Schedule) {
		_, first := explore.Run(s, sequence(1), newWorld().mux())
		_, second := explore.Run(s, sequence(1), newWorld().mux())
		if first == nil {
			require.NoError(s, second)
		}
	}
	text := failure(func(t explore.TB) { explore.Schedules(t, noCrash, body) })
	require.Equal(t, "fail 0 in run 2", schedule(text))
	text = failure(func(t explore.TB) { explore.Replay(t, noCrash, schedule(text), body) })
	require.Equal(t, "fail 0 in run 2", schedule(text))
	require.Empty(t, failure(func(t explore.TB) { explore.Replay(t, noCrash, "fail 0", body) }))
}

func TestWhatFailsOnceOnlyIsToldAllTheSame(t *testing.T) {
	t.Parallel()
	var runs atomic.Int64
	text := failure(func(t explore.TB) {
		explore.Schedules(t, calm, func(s *explore.Schedule) {
			_, _ = explore.Run(s, sequence(1), newWorld().mux())
			if runs.Add(1) == 2 {
				s.Errorf("the moon is full")
			}
		})
	})
	require.Contains(t, text, "but not when it is run again, so it depends on something else than its schedule. It said:")
	require.Contains(t, text, "the moon is full")
}

func TestARefusalAfterACrashSaysThatItKnowsLess(t *testing.T) {
	t.Parallel()
	text := failure(func(t explore.TB) {
		explore.Replay(t, explore.Bounds{}, "crash after 0; fail 0", func(s *explore.Schedule) {
			w := newWorld()
			if _, err := explore.Run(s, sequence(1), w.mux()); err != nil {
				require.False(s, executor.NotDone(err))
				require.Empty(s, w.done)
			}
		})
	})
	require.Contains(t, text, "the action was not done (but perhaps before the crash) (not carried out)")
}
