package durable_test

import (
	"context"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/durable/store/sqlite"
)

func TestAfterAWeekAwayTheCatchUpWindowSaysWhatIsStarted(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		opts                     []durable.ScheduleOption
		want                     []string
		started, skipped, missed int64
	}{
		"the default": {
			nil, []string{"2000-01-09 11:20:00", "2000-01-09 12:20:00"}, 8, 2, 501,
		},
		"and all of them": {
			[]durable.ScheduleOption{durable.WithOverlap(durable.Allow)},
			[]string{"2000-01-09 11:20:00", "2000-01-09 11:40:00", "2000-01-09 12:00:00", "2000-01-09 12:20:00"},
			10, 0, 501,
		},
		"one after the other": {
			[]durable.ScheduleOption{durable.WithOverlap(durable.Enqueue)},
			[]string{"2000-01-09 11:20:00", "2000-01-09 11:40:00", "2000-01-09 12:00:00", "2000-01-09 12:20:00"},
			10, 0, 501,
		},
		"a window of two days": {
			[]durable.ScheduleOption{durable.WithOverlap(durable.Allow), durable.WithCatchUp(48 * time.Hour)},
			nil, 6 + 144 + 1, 0, 504 - 144,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				st, d := memory.New(), newDiary()
				until(t, "2000-01-02 10:00:00")
				rt := unhurried(t, st, d)
				s := plannedFor(t, rt, "s", time.Minute, durable.Every(20*time.Minute), test.opts...)
				until(t, "2000-01-02 12:10:00")
				require.Len(t, d.take(), 6)
				closeNow(t, rt)

				until(t, "2000-01-09 12:10:00")
				require.Empty(t, d.take())
				rt = unhurried(t, st, d)
				defer closeNow(t, rt)
				until(t, "2000-01-09 12:30:00")
				started := d.take()
				info := described(t, s)
				if test.want != nil {
					require.Equal(t, test.want, started)
				}
				require.Equal(t, test.started, info.Started)
				require.Equal(t, test.skipped, info.Skipped)
				require.Equal(t, test.missed, info.Missed)
			})
		})
	}
}

func TestASecondThatWasMissedForYearsIsLeftBehindAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, d := memory.New(), newDiary()
		s := planned(t, durable.NewClient(st), "s", durable.Every(time.Second), durable.WithCatchUp(time.Minute),
			durable.WithOverlap(durable.Allow))
		until(t, "2005-01-01 00:00:00")
		rt := unhurried(t, st, d)
		defer closeNow(t, rt)
		synctestSleep(10 * time.Second)
		synctest.Wait()
		entries := d.took()
		require.Len(t, entries, 61+10)
		for i, e := range entries {
			require.Equal(t, entries[0].For.Add(time.Duration(i)*time.Second), e.For)
		}
		require.EqualValues(t, 10_000, described(t, s).Missed, "they are not counted one by one for ever")
	})
}

func TestAScheduleSurvivesTheProcess(t *testing.T) {
	t.Parallel()
	path, d := filepath.Join(t.TempDir(), "baton.db"), newDiary()
	var s *durable.Schedule
	const lives = 3
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for life := range lives {
		st, err := sqlite.Open(ctx, path)
		require.NoError(t, err)
		rt := openLater(t, st, &d.crew, durable.Config{Flows: durable.Flows(report)})
		s = planned(t, rt, "s", durable.Every(time.Second), durable.WithOverlap(durable.Enqueue))
		for {
			info := described(t, s)
			if info.Started > int64(2*life+1) {
				_, err = report.Attach(rt, info.LastRun).Result(ctx)
				require.NoError(t, err)
				break
			}
			require.NoError(t, pause(ctx, 20*time.Millisecond))
		}
		closeNow(t, rt)
		require.NoError(t, st.Close())
	}
	entries, seen := d.took(), map[time.Time]bool{}
	for i, e := range entries {
		require.False(t, seen[e.For], "none comes twice")
		require.True(t, i == 0 || e.For.After(entries[i-1].For), "each has its turn")
		seen[e.For] = true
	}
	require.GreaterOrEqual(t, len(entries), 2*lives)
}
