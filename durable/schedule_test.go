package durable_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store/memory"
)

// Bubbles begin at midnight, UTC, of Saturday, the first of January 2000.

func TestAScheduleStartsARunAtEachOfItsTimes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, d := memory.New(), newDiary()
		rt := unhurried(t, st, d)
		defer closeNow(t, rt)
		s := planned(t, rt, "books", durable.Cron("30 9 * * mon-fri", "Europe/Berlin"),
			durable.WithRuns(durable.WithLabels(map[string]string{"of": "the shop"}), durable.WithPriority(7)))
		until(t, "2000-01-05 12:00:00")
		require.Equal(t, []entry{
			{time.Date(2000, 1, 3, 8, 30, 0, 0, time.UTC), time.Date(2000, 1, 3, 8, 30, 0, 0, time.UTC)},
			{time.Date(2000, 1, 4, 8, 30, 0, 0, time.UTC), time.Date(2000, 1, 4, 8, 30, 0, 0, time.UTC)},
			{time.Date(2000, 1, 5, 8, 30, 0, 0, time.UTC), time.Date(2000, 1, 5, 8, 30, 0, 0, time.UTC)},
		}, d.took())

		result, err := report.Attach(rt, "books@2000-01-04T08:30:00Z").Result(t.Context())
		require.NoError(t, err)
		require.Equal(t, "2000-01-04T08:30:00Z", result)
		var ids []string
		for m, err := range rt.List(t.Context(), durable.Filter{
			Labels: map[string]string{durable.LabelSchedule: "books", "of": "the shop"},
		}) {
			require.NoError(t, err)
			o, ok := m.Occurrence()
			require.True(t, ok)
			require.Equal(t, "books", o.Schedule)
			require.Equal(t, m.Created, o.Time)
			require.Equal(t, 7, m.Priority)
			ids = append(ids, m.ID)
		}
		require.Equal(t, []string{
			"books@2000-01-03T08:30:00Z", "books@2000-01-04T08:30:00Z", "books@2000-01-05T08:30:00Z",
		}, ids)

		info := described(t, s)
		require.Equal(t, durable.ScheduleInfo{
			ID: "books", Flow: "report", Timetable: durable.Cron("30 9 * * mon-fri", "Europe/Berlin"),
			Overlap: durable.Skip, CatchUp: time.Hour, Next: time.Date(2000, 1, 6, 8, 30, 0, 0, time.UTC),
			LastRun: "books@2000-01-05T08:30:00Z", LastTime: time.Date(2000, 1, 5, 8, 30, 0, 0, time.UTC), Started: 3,
		}, info)
		next, err := s.Next(t.Context(), 3)
		require.NoError(t, err)
		require.Equal(t, []time.Time{
			time.Date(2000, 1, 6, 8, 30, 0, 0, time.UTC), time.Date(2000, 1, 7, 8, 30, 0, 0, time.UTC),
			time.Date(2000, 1, 10, 8, 30, 0, 0, time.UTC),
		}, utc(next))
	})
}

func utc(times []time.Time) (all []time.Time) {
	for _, at := range times {
		all = append(all, at.UTC())
	}
	return all
}

func TestAnIntervalCountsFromTheBeginningOf1970(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, d := memory.New(), newDiary()
		until(t, "2000-01-01 00:10:00")
		rt := unhurried(t, st, d)
		defer closeNow(t, rt)
		planned(t, rt, "s", durable.Every(6*time.Hour))
		until(t, "2000-01-01 23:00:00")
		require.Equal(t, []string{"2000-01-01 06:00:00", "2000-01-01 12:00:00", "2000-01-01 18:00:00"}, d.take())
	})
}

func TestASecondIsAnInterval(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, d := memory.New(), newDiary()
		rt := unhurried(t, st, d)
		defer closeNow(t, rt)
		s := planned(t, rt, "s", durable.Every(time.Second), durable.WithOverlap(durable.Allow))
		until(t, "2000-01-01 00:10:00")
		info := described(t, s)
		require.EqualValues(t, 605, info.Started)
		require.Zero(t, info.Skipped+info.Missed)
		for i, e := range d.took() {
			require.Equal(t, time.Date(2000, 1, 1, 0, 0, i+1, 0, time.UTC), e.For)
			require.Equal(t, e.For, e.At)
		}
	})
}

func TestClocksArePutForwardAndBack(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		when  durable.Timetable
		after string
		want  []string
	}{
		"forward in Berlin": {
			durable.Cron("30 2 * * *", "Europe/Berlin"), "2000-03-24 12:00:00",
			[]string{"2000-03-25 01:30:00", "2000-03-26 01:00:00", "2000-03-27 00:30:00"},
		},
		"back in Berlin": {
			durable.Cron("30 2 * * *", "Europe/Berlin"), "2000-10-27 12:00:00",
			[]string{"2000-10-28 00:30:00", "2000-10-29 00:30:00", "2000-10-30 01:30:00"},
		},
		"back in Berlin, each hour": {
			durable.Cron("30 * * * *", "Europe/Berlin"), "2000-10-28 23:00:00",
			[]string{"2000-10-28 23:30:00", "2000-10-29 00:30:00", "2000-10-29 01:30:00"},
		},
		"forward in New York": {
			durable.Cron("0 2 * * *", "America/New_York"), "2000-04-01 00:00:00",
			[]string{"2000-04-01 07:00:00", "2000-04-02 07:00:00", "2000-04-03 06:00:00"},
		},
		"back in New York": {
			durable.Cron("0 1 * * *", "America/New_York"), "2000-10-28 00:00:00",
			[]string{"2000-10-28 05:00:00", "2000-10-29 05:00:00", "2000-10-30 06:00:00"},
		},
		"back by half an hour on Lord Howe": {
			durable.Cron("45 1 * * *", "Australia/Lord_Howe"), "2000-03-24 00:00:00",
			[]string{"2000-03-24 14:45:00", "2000-03-25 14:45:00", "2000-03-26 15:15:00"},
		},
		"forward by half an hour on Lord Howe": {
			durable.Cron("15 2 * * *", "Australia/Lord_Howe"), "2001-10-26 00:00:00",
			[]string{"2001-10-26 15:45:00", "2001-10-27 15:30:00", "2001-10-28 15:15:00"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				st, d := memory.New(), newDiary()
				until(t, test.after)
				rt := unhurried(t, st, d)
				defer closeNow(t, rt)
				planned(t, rt, "s", test.when)
				until(t, test.want[len(test.want)-1])
				require.Equal(t, test.want, d.take())
			})
		})
	}
}

func TestJitterIsWithinItsBoundsAndNotAlwaysTheSame(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, d := memory.New(), newDiary()
		rt := unhurried(t, st, d)
		defer closeNow(t, rt)
		planned(t, rt, "s", durable.Every(time.Hour), durable.WithJitter(10*time.Minute))
		until(t, "2000-01-11 00:30:00")
		entries := d.took()
		require.Len(t, entries, 240)
		quarters := map[time.Duration]int{}
		for i, e := range entries {
			require.Equal(t, time.Date(2000, 1, 1, 1+i, 0, 0, 0, time.UTC), e.For)
			late := e.At.Sub(e.For)
			require.GreaterOrEqual(t, late, time.Duration(0))
			require.Less(t, late, 10*time.Minute)
			quarters[late/(150*time.Second)]++
		}
		for q := range time.Duration(4) { // it is next to impossible that it is chance
			require.Greater(t, quarters[q], 20)
		}
	})
}

func TestJitterLongerThanTheIntervalIsInBoundsAsWell(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, d := memory.New(), newDiary()
		rt := unhurried(t, st, d)
		defer closeNow(t, rt)
		planned(t, rt, "s", durable.Every(time.Minute), durable.WithJitter(10*time.Minute),
			durable.WithOverlap(durable.Allow))
		until(t, "2000-01-01 03:00:00")
		entries := d.took()
		require.Greater(t, len(entries), 169)
		for i, e := range entries {
			require.Equal(t, time.Date(2000, 1, 1, 0, 1+i, 0, 0, time.UTC), e.For)
			require.GreaterOrEqual(t, e.At.Sub(e.For), time.Duration(0))
			require.Less(t, e.At.Sub(e.For), 10*time.Minute)
		}
	})
}
