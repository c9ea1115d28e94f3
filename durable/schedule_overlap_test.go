package durable_test

import (
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store/memory"
)

func TestARunThatTakesLongerThanTheInterval(t *testing.T) {
	t.Parallel()
	hour := func(h int) time.Time { return time.Date(2000, 1, 1, h, 0, 0, 0, time.UTC) }
	for policy, test := range map[durable.Overlap]struct {
		want    []entry
		skipped int64
	}{
		// Each takes two and a half hours.
		durable.Skip: {[]entry{{hour(1), hour(1)}, {hour(4), hour(4)}, {hour(7), hour(7)}}, 6},
		durable.Enqueue: {[]entry{
			{hour(1), hour(1)},
			{hour(2), hour(3).Add(30 * time.Minute)},
			{hour(3), hour(6)},
			{hour(4), hour(8).Add(30 * time.Minute)},
		}, 0},
		durable.Allow: {[]entry{
			{hour(1), hour(1)},
			{hour(2), hour(2)},
			{hour(3), hour(3)},
			{hour(4), hour(4)},
			{hour(5), hour(5)},
			{hour(6), hour(6)},
			{hour(7), hour(7)},
			{hour(8), hour(8)},
			{hour(9), hour(9)},
		}, 0},
	} {
		t.Run(policy.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				st, d := memory.New(), newDiary()
				rt := unhurried(t, st, d)
				defer closeNow(t, rt)
				s := plannedFor(t, rt, "s", 150*time.Minute, durable.Every(time.Hour),
					durable.WithOverlap(policy), durable.WithCatchUp(24*time.Hour))
				until(t, "2000-01-01 09:30:00")
				require.Equal(t, test.want, d.took())
				info := described(t, s)
				require.EqualValues(t, len(test.want), info.Started)
				require.Equal(t, test.skipped, info.Skipped)
				require.Zero(t, info.Missed)
			})
		})
	}
}

func TestAQueueHasWhatIsInTheCatchUpWindow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, d := memory.New(), newDiary()
		rt := unhurried(t, st, d)
		defer closeNow(t, rt)
		s := plannedFor(t, rt, "s", 150*time.Minute, durable.Every(time.Hour),
			durable.WithOverlap(durable.Enqueue), durable.WithCatchUp(2*time.Hour))
		until(t, "2000-01-01 14:00:00")
		require.Equal(t, []string{ // at 1:00, 3:30, 6:00, 8:30, 11:00, 13:30
			"2000-01-01 01:00:00", "2000-01-01 02:00:00", "2000-01-01 04:00:00", "2000-01-01 07:00:00",
			"2000-01-01 09:00:00", "2000-01-01 12:00:00",
		}, d.take())
		info := described(t, s)
		require.EqualValues(t, 6, info.Started)
		require.EqualValues(t, 6, info.Missed)
		require.Equal(t, time.Date(2000, 1, 1, 13, 0, 0, 0, time.UTC), info.Next)
	})
}

func TestAQueueLeavesNothingInTheInboxOfTheSchedule(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, d := memory.New(), newDiary()
		rt := unhurried(t, st, d)
		defer closeNow(t, rt)
		for _, takes := range []time.Duration{0, 10 * time.Second, 90 * time.Second} {
			id := strconv.Itoa(int(takes/time.Second)) + "s"
			plannedFor(t, rt, id, takes, durable.Every(time.Minute), durable.WithOverlap(durable.Enqueue))
		}
		until(t, "2000-01-01 01:00:15")
		synctestSleep(75 * time.Second)
		for _, id := range []string{"0s", "10s", "90s"} {
			require.LessOrEqual(t, len(historyOf(t, st, id).Messages), 1, id)
			require.LessOrEqual(t, len(historyOf(t, st, id).Records), 6, id)
			require.Greater(t, described(t, rt.Schedule(id)).Started, int64(35), id)
		}
	})
}

func TestAQueueGoesOnAfterARunOfWhoseEndItIsNotTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, d := memory.New(), newDiary()
		rt := unhurried(t, st, d)
		defer closeNow(t, rt)
		s := plannedFor(t, rt, "s", 90*time.Minute, durable.Every(time.Hour))
		until(t, "2000-01-01 01:30:00")
		// The run that is under way was started to be skipped for.
		plannedFor(t, rt, "s", 90*time.Minute, durable.Every(time.Hour), durable.WithOverlap(durable.Enqueue))
		until(t, "2000-01-01 03:30:00")
		entries := d.took()
		require.Len(t, entries, 2)
		require.Equal(t, time.Date(2000, 1, 1, 2, 0, 0, 0, time.UTC), entries[1].For)
		ended := time.Date(2000, 1, 1, 2, 30, 0, 0, time.UTC)
		require.False(t, entries[1].At.Before(ended))
		require.True(t, entries[1].At.Before(ended.Add(time.Hour)), "it looks now and then")
		require.EqualValues(t, 2, described(t, s).Started)
	})
}

func TestOneTimeIsSkippedWhileTheRunOfAnEarlierOneIsBlockedOrWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		st, d := memory.New(), newDiary()
		rt := unhurried(t, st, d)
		defer closeNow(t, rt)
		s := plannedFor(t, rt, "s", 24*time.Hour, durable.Every(time.Hour))
		until(t, "2000-01-01 05:00:00")
		require.Len(t, d.took(), 1)
		require.EqualValues(t, 4, described(t, s).Skipped)
		_, err := rt.Cancel(t.Context(), "s@2000-01-01T01:00:00Z", "it takes too long")
		require.NoError(t, err)
		until(t, "2000-01-01 06:00:00")
		require.Equal(t, []string{"2000-01-01 06:00:00"}, d.take())
	})
}
