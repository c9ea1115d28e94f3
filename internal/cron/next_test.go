package cron_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/internal/cron"
)

const layout = "2006-01-02 15:04:05 -0700"

func zone(t require.TestingT, name string) *time.Location {
	loc, err := time.LoadLocation(name)
	require.NoError(t, err)
	return loc
}

func TestTimes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, expression, zone, after string
		want                          []string
	}{
		{
			"each night, through the hour that does not exist in Berlin", "30 2 * * *", "Europe/Berlin",
			"2026-03-28 00:00:00 +0100",
			[]string{"2026-03-28 02:30:00 +0100", "2026-03-29 03:00:00 +0200", "2026-03-30 02:30:00 +0200"},
		},
		{
			"each night, through the hour that is there twice in Berlin", "30 2 * * *", "Europe/Berlin",
			"2026-10-24 12:00:00 +0200",
			[]string{"2026-10-25 02:30:00 +0200", "2026-10-26 02:30:00 +0100"},
		},
		{
			"each half hour, through the hour that does not exist in New York", "*/30 * * * *", "America/New_York",
			"2026-03-08 01:00:00 -0500",
			[]string{"2026-03-08 01:30:00 -0500", "2026-03-08 03:00:00 -0400", "2026-03-08 03:30:00 -0400"},
		},
		{
			"each half hour, through the hour that is there twice in New York", "*/30 * * * *", "America/New_York",
			"2026-11-01 00:30:00 -0400",
			[]string{
				"2026-11-01 01:00:00 -0400", "2026-11-01 01:30:00 -0400", "2026-11-01 01:00:00 -0500",
				"2026-11-01 01:30:00 -0500", "2026-11-01 02:00:00 -0500",
			},
		},
		{
			"several times that do not exist are one", "15,30,45 2 * * *", "America/New_York",
			"2026-03-07 12:00:00 -0500",
			[]string{"2026-03-08 03:00:00 -0400", "2026-03-09 02:15:00 -0400"},
		},
		{
			"Lord Howe leaves out half an hour", "15 2 * * *", "Australia/Lord_Howe", "2026-10-03 00:00:00 +1030",
			[]string{"2026-10-03 02:15:00 +1030", "2026-10-04 02:30:00 +1100", "2026-10-05 02:15:00 +1100"},
		},
		{
			"Lord Howe repeats half an hour", "45 1 * * *", "Australia/Lord_Howe", "2026-04-04 12:00:00 +1100",
			[]string{"2026-04-05 01:45:00 +1100", "2026-04-06 01:45:00 +1030"},
		},
		{
			"Apia left out a day", "0 3 * * *", "Pacific/Apia", "2011-12-28 12:00:00 -1000",
			[]string{"2011-12-29 03:00:00 -1000", "2011-12-31 00:00:00 +1400", "2011-12-31 03:00:00 +1400"},
		},
		{
			"a leap day, over a century that has none", "0 0 29 2 *", "UTC", "2096-01-01 00:00:00 +0000",
			[]string{"2096-02-29 00:00:00 +0000", "2104-02-29 00:00:00 +0000"},
		},
		{
			"a day of the month or of the week", "0 0 13 * fri", "UTC", "2026-11-10 00:00:00 +0000",
			[]string{"2026-11-13 00:00:00 +0000", "2026-11-20 00:00:00 +0000"},
		},
		{
			"seconds are rounded up", "* * * * *", "UTC", "2026-11-10 00:00:59 +0000",
			[]string{"2026-11-10 00:01:00 +0000", "2026-11-10 00:02:00 +0000"},
		},
		{
			"before 1970", "30 12 * * *", "UTC", "1969-12-30 12:29:59 +0000",
			[]string{"1969-12-30 12:30:00 +0000", "1969-12-31 12:30:00 +0000"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			x, loc := parse(t, test.expression), zone(t, test.zone)
			at, err := time.Parse(layout, test.after)
			require.NoError(t, err)
			for _, want := range test.want {
				next, ok := x.Next(at, loc)
				require.True(t, ok)
				require.Equal(t, want, next.Format(layout))
				at = next
			}
		})
	}
}

func TestAPartOfASecondIsLaterThanItsBeginning(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, time.May, 1, 10, 0, 0, 0, time.UTC)
	next, ok := parse(t, "* * * * *").Next(at.Add(-time.Nanosecond), time.UTC)
	require.True(t, ok)
	require.Equal(t, at, next)
	next, ok = parse(t, "* * * * *").Next(at.Add(time.Nanosecond), time.UTC)
	require.True(t, ok)
	require.Equal(t, at.Add(time.Minute), next)
}

func TestTheZeroExpressionNamesNoTime(t *testing.T) {
	t.Parallel()
	_, ok := cron.Expression{}.Next(time.Now(), time.UTC)
	require.False(t, ok)
}

func BenchmarkNext(b *testing.B) {
	x, loc := parse(b, "30 2 29 2 *"), zone(b, "Europe/Berlin")
	at := time.Date(2096, time.March, 1, 0, 0, 0, 0, loc) // eight years before the next
	for b.Loop() {
		if _, ok := x.Next(at, loc); !ok {
			b.Fatal("there is none")
		}
	}
}
