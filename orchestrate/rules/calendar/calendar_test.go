package calendar_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/rules"
	"github.com/baton-go/baton/orchestrate/rules/calendar"
	"github.com/baton-go/baton/orchestrate/rules/expr"
)

var (
	// east is an hour ahead of UTC, and west eight behind.
	east = time.FixedZone("East", 3600)
	west = time.FixedZone("West", -8*3600)
)

func passes(t require.TestingT, rule rules.Rule[int], now time.Time) bool {
	v, err := rule.Check(func(a actions.Action) (any, error) {
		require.Equal(t, actions.Now{}, a)
		return now, nil
	}, 0)
	require.NoError(t, err)
	return v.OK
}

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestInstantsAreComparedWhateverTheirZone(t *testing.T) {
	t.Parallel()
	noon := at("2025-03-01T12:00:00Z")
	for _, c := range []struct {
		now                                          string
		after, before, between, included, sameMoment bool
	}{
		{"2025-03-01T12:59:59.999+01:00", false, true, false, false, false},
		{"2025-03-01T13:00:00+01:00", false, false, true, true, true},
		{"2025-03-01T12:00:00.000000001Z", true, false, true, true, false},
		{"2025-03-01T05:00:00-08:00", true, false, false, true, false},
		{"2025-03-01T13:00:00.000000001Z", true, false, false, false, false},
	} {
		now := at(c.now)
		require.Equal(t, c.after, passes(t, calendar.After[int](noon), now), c.now)
		require.Equal(t, c.before, passes(t, calendar.Before[int](noon), now), c.now)
		one := noon.Add(time.Hour)
		require.Equal(t, c.between, passes(t, calendar.Between[int](noon, one), now), c.now)
		require.Equal(t, c.included, passes(t, calendar.Between[int](noon, one, calendar.EndIncluded), now), c.now)
		require.False(t, passes(t, calendar.Between[int](noon, noon), now))
		require.Equal(t, c.sameMoment, passes(t, calendar.Between[int](noon, noon, calendar.EndIncluded), now), c.now)
	}
}

func TestHoursAreThoseOfThePlaceAndMayGoOverMidnight(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, to, now string // now in UTC
		want, ended   bool   // without and with its end
	}{
		{"09:00", "17:30", "07:59:59", false, false},
		{"09:00", "17:30", "08:00:00", true, true},
		{"09:00", "17:30", "16:29:59", true, true},
		{"09:00", "17:30", "16:30:00", false, true},
		{"09:00", "17:30", "16:30:59", false, true},
		{"09:00", "17:30", "16:31:00", false, false},
		{"09:00:30", "17:30:15", "08:00:29", false, false},
		{"09:00:30", "17:30:15", "16:30:15", false, true},
		{"09:00:30", "17:30:15", "16:30:16", false, false},
		{"22:00", "06:00", "20:59:59", false, false},
		{"22:00", "06:00", "21:00:00", true, true},
		{"22:00", "06:00", "23:30:00", true, true},
		{"22:00", "06:00", "04:59:59", true, true},
		{"22:00", "06:00", "05:00:00", false, true},
		{"22:00", "06:00", "05:01:00", false, false},
		{"12:00", "24:00", "22:59:59", true, true},
		{"12:00", "24:00", "23:00:00", false, true},
		{"12:00", "24:00", "23:01:00", false, false},
		{"00:00", "24:00", "03:00:00", true, true},
		{"08:00", "08:00", "03:00:00", true, false},
		{"23:59", "00:00", "22:59:30", true, true},
		{"23:59", "00:00", "23:00:30", false, true},
		{"06:01", "06:00", "12:00:00", true, true},
		{"06:01", "06:00", "05:00:30", false, true},
		{"06:00:30", "06:00", "12:00:00", true, true},
		{"24:00", "06:00", "03:00:00", true, true},
		{"24:00", "06:00", "12:00:00", false, false},
		{"24:00", "00:00", "12:00:00", true, false},
	} {
		now := at("2025-03-01T" + c.now + "Z")
		name := fmt.Sprint(c)
		require.Equal(t, c.want, passes(t, calendar.DuringHours[int](east, c.from, c.to), now), name)
		require.Equal(t, c.ended, passes(t, calendar.DuringHours[int](east, c.from, c.to, calendar.EndIncluded), now), name)
	}
}

// The reference counts minutes one by one.
func TestHoursAreTheMinutesFromOneToTheOther(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		minute := rapid.IntRange(0, 24*60-1)
		from, to := minute.Draw(t, "from"), minute.Draw(t, "to")
		text := func(m int) string { return fmt.Sprintf("%02d:%02d", m/60, m%60) }
		holds := map[int]bool{}
		for m := from; ; m = (m + 1) % (24 * 60) {
			holds[m] = true
			if (m+1)%(24*60) == to {
				break
			}
		}
		zone := time.FixedZone("zone", rapid.IntRange(-14*60, 14*60).Draw(t, "offset")*60)
		now := time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "now"), 0)
		local := now.In(zone)
		at := local.Hour()*60 + local.Minute()
		require.Equal(t, holds[at], passes(t, calendar.DuringHours[int](zone, text(from), text(to)), now))
		want := at == to || from != to && holds[at]
		require.Equal(t, want, passes(t, calendar.DuringHours[int](zone, text(from), text(to), calendar.EndIncluded), now))
	})
}

func TestWeekdaysAreThoseOfThePlace(t *testing.T) {
	t.Parallel()
	monday := calendar.OnWeekdays[int](west, time.Monday, time.Sunday)
	require.True(t, passes(t, monday, at("2025-03-03T12:00:00Z")))
	require.True(t, passes(t, monday, at("2025-03-04T07:59:59Z")))
	require.False(t, passes(t, monday, at("2025-03-04T08:00:00Z")))
	require.True(t, passes(t, monday, at("2025-03-02T08:00:00Z")))
	require.False(t, passes(t, monday, at("2025-03-02T07:59:59Z")))
}

func TestDaylightSavingIsWhatTheClockOnTheWallShows(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	rule := calendar.DuringHours[int](berlin, "02:30", "03:30")
	require.False(t, passes(t, rule, at("2025-03-30T00:59:59Z")), "it is 1:59, and then 3:00")
	require.True(t, passes(t, rule, at("2025-03-30T01:00:00Z")))
	require.True(t, passes(t, rule, at("2025-10-26T00:30:00Z")), "2:30 for the first time")
	require.False(t, passes(t, rule, at("2025-10-26T01:00:00Z")), "2:00 for the second time")
	require.True(t, passes(t, rule, at("2025-10-26T01:30:00Z")))
}

func TestWithoutTheTimeThereIsNoVerdict(t *testing.T) {
	t.Parallel()
	broken := errors.New("no clock")
	_, err := calendar.After[int](time.Time{}).Check(func(actions.Action) (any, error) { return nil, broken }, 0)
	require.Equal(t, broken, err)
	v, err := orchestrate.Run(context.Background(), orchestrate.Bind(calendar.After[int](time.Unix(0, 0)).Check, 0),
		executor.System(executor.NewMux()))
	require.NoError(t, err)
	require.True(t, v.OK)
}

func TestWhatIsNoTimePanicsWhereItIsMade(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]func(){
		"calendar.DuringHours: the location is nil":  func() { calendar.DuringHours[int](nil, "09:00", "10:00") },
		"calendar.OnWeekdays: the location is nil":   func() { calendar.OnWeekdays[int](nil, 1) },
		"calendar.OnWeekdays: there are no days":     func() { calendar.OnWeekdays[int](east) },
		"calendar.OnWeekdays: there is no weekday 7": func() { calendar.OnWeekdays[int](east, 7) },
		"calendar.Between: 1970-01-01T00:00:00Z is before 1970-01-01T00:00:01Z": func() {
			calendar.Between[int](time.Unix(1, 0).UTC(), time.Unix(0, 0).UTC())
		},
		"calendar.Between: at most one End, EndExcluded or EndIncluded": func() {
			calendar.Between[int](time.Unix(0, 0), time.Unix(0, 0), 2)
		},
	} {
		require.PanicsWithValue(t, want, f)
	}
	for _, s := range []string{"", "9:00", "25:00", "24:01", "09:60", "09:00:60", "09:00 ", "noon"} {
		require.Panics(t, func() { calendar.DuringHours[int](east, s, "10:00") }, s)
		require.Panics(t, func() { calendar.DuringHours[int](east, "10:00", s) }, s)
	}
}

func ExampleDuringHours() {
	night := calendar.DuringHours[string](time.UTC, "22:00", "06:00")
	for _, now := range []string{"2025-03-01T21:59:59Z", "2025-03-01T23:00:00Z", "2025-03-02T06:00:00Z"} {
		v, err := night.Check(func(actions.Action) (any, error) { return at(now), nil }, "")
		fmt.Println(v.OK, v.Err(), err)
	}
	// Output:
	// false it is not between 22:00 and 06:00 in UTC <nil>
	// true <nil> <nil>
	// false it is not between 22:00 and 06:00 in UTC <nil>
}

// In a policy file, calendar rules are entries like any other.
func ExampleOnWeekdays() {
	registry := expr.NewRegistry(
		expr.Rule("workday", calendar.OnWeekdays[string](time.UTC, 1, 2, 3, 4, 5)),
		expr.Rule2("during", func(from, to string) rules.Rule[string] {
			return calendar.DuringHours[string](time.UTC, from, to)
		}),
	)
	rule, err := registry.Parse(`workday & during("09:00", "17:00")`)
	fmt.Println(rule, err)
	_, err = registry.Parse(`workday & during("nine", "17:00")`)
	fmt.Println(err)
	// Output:
	// and(on_weekdays("Monday Tuesday Wednesday Thursday Friday", "UTC"), during_hours("09:00", "17:00", "UTC")) <nil>
	// 1:11: during: calendar.DuringHours: "nine" is no time of the day, such as 09:00 or 17:30:15
}

func ExampleBetween() {
	sale := calendar.Between[string](at("2025-03-01T00:00:00Z"), at("2025-03-08T00:00:00Z"))
	v, err := sale.Check(func(actions.Action) (any, error) { return at("2025-03-07T23:59:59Z"), nil }, "")
	fmt.Println(v.OK, err)
	// Output: true <nil>
}
