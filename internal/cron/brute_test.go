package cron_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/baton-go/baton/internal/cron"
)

// drawn is a field, as text and as what it says.
type drawn struct {
	text string
	all  bool
	has  map[int]bool
}

func drawField(t *rapid.T, name string, from, to int) drawn {
	if rapid.IntRange(0, 2).Draw(t, name+" is *") == 0 {
		d := drawn{"*", true, map[int]bool{}}
		for v := from; v <= to; v++ {
			d.has[v] = true
		}
		return d
	}
	d := drawn{has: map[int]bool{}}
	var parts []string
	for range rapid.IntRange(1, 4).Draw(t, name+" parts") {
		a := rapid.IntRange(from, to).Draw(t, name+" from")
		b := rapid.IntRange(a, to).Draw(t, name+" to")
		step := rapid.IntRange(1, to-from+1).Draw(t, name+" step")
		parts = append(parts, fmt.Sprintf("%d-%d/%d", a, b, step))
		for v := a; v <= b; v += step {
			d.has[v] = true
		}
	}
	d.text, d.all = strings.Join(parts, ","), len(d.has) == to-from+1
	return d
}

type rule struct{ minute, hour, day, month, weekday drawn }

func (r rule) text() string {
	return strings.Join([]string{r.minute.text, r.hour.text, r.day.text, r.month.text, r.weekday.text}, " ")
}

// matches tells whether a wall clock, given as a time of UTC, shows a time that the rule names.
func (r rule) matches(wall time.Time) bool {
	day, weekday := r.day.has[wall.Day()], r.weekday.has[int(wall.Weekday())]
	either := day || weekday
	if r.day.all {
		either = weekday
	} else if r.weekday.all {
		either = day
	}
	return either && r.minute.has[wall.Minute()] && r.hour.has[wall.Hour()] && r.month.has[int(wall.Month())]
}

// byHand walks from minute to minute, looks at the clock on the wall, and writes down what it shows.
func (r rule) byHand(from time.Time, minutes int, loc *time.Location) (times []time.Time) {
	wallAt := func(t time.Time) time.Time {
		l := t.In(loc)
		return time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), 0, 0, time.UTC)
	}
	latest := wallAt(from)
	for i := 1; i <= minutes; i++ {
		at := from.Add(time.Duration(i) * time.Minute)
		wall := wallAt(at)
		hit := r.matches(wall)
		if !r.hour.all {
			if !wall.After(latest) {
				hit = false // shown before
			}
			for left := latest.Add(time.Minute); left.Before(wall); left = left.Add(time.Minute) {
				hit = hit || r.matches(left) // left out
			}
		}
		if hit {
			times = append(times, at)
		}
		if wall.After(latest) {
			latest = wall
		}
	}
	return times
}

// around are moments at which clocks are changed, in zones that do it each in its own way.
func around() map[string]time.Time {
	return map[string]time.Time{
		"Europe/Berlin":       time.Date(2026, time.March, 29, 1, 0, 0, 0, time.UTC),
		"Europe/Dublin":       time.Date(2026, time.October, 25, 1, 0, 0, 0, time.UTC),
		"America/New_York":    time.Date(2026, time.November, 1, 6, 0, 0, 0, time.UTC),
		"America/St_Johns":    time.Date(2010, time.March, 14, 3, 31, 0, 0, time.UTC),
		"America/Havana":      time.Date(2026, time.March, 8, 5, 0, 0, 0, time.UTC),
		"Australia/Lord_Howe": time.Date(2026, time.April, 4, 15, 0, 0, 0, time.UTC),
		"Asia/Kathmandu":      time.Date(1985, time.December, 31, 18, 30, 0, 0, time.UTC),
		"Pacific/Apia":        time.Date(2011, time.December, 30, 10, 0, 0, 0, time.UTC),
		"Africa/Casablanca":   time.Date(2026, time.February, 15, 2, 0, 0, 0, time.UTC),
		"Asia/Kolkata":        time.Date(2026, time.June, 1, 0, 0, 0, 0, time.UTC),
		"UTC":                 time.Date(2028, time.February, 29, 0, 0, 0, 0, time.UTC),
	}
}

func TestTimesAreThoseOfAWalkFromMinuteToMinute(t *testing.T) {
	t.Parallel()
	const before, minutes = 36 * time.Hour, 4 * 24 * 60
	for name, moment := range around() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			loc := zone(t, name)
			found := 0
			rapid.Check(t, func(t *rapid.T) {
				r := rule{
					minute: drawField(t, "minute", 0, 59), hour: drawField(t, "hour", 0, 23), day: drawField(t, "day", 1, 31),
					month: drawField(t, "month", 1, 12), weekday: drawField(t, "weekday", 0, 6),
				}
				x, err := cron.Parse(r.text())
				if err != nil {
					require.ErrorContains(t, err, "none of its months has such a day")
					return
				}
				shift := time.Duration(rapid.IntRange(0, 24*60).Draw(t, "shift")) * time.Minute
				from := moment.Add(shift - before)
				at := from
				for _, want := range r.byHand(from, minutes, loc) {
					next, ok := x.Next(at, loc)
					require.True(t, ok)
					require.Equal(t, want.In(loc).Format(layout), next.Format(layout), "%s after %v", r.text(), at.In(loc))
					at = next
					found++
				}
				if next, ok := x.Next(at, loc); ok {
					require.True(t, next.After(from.Add(minutes*time.Minute)), "%s: %v is one too many", r.text(), next)
				}
			})
			require.Positive(t, found)
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"* * * * *", "0 3 * * mon-fri", "*/15 9-17 1,15 jan-mar 0,7", "@daily", "TZ= * * * * *", "5/20 * 29 2 *",
		"@every 1s", "1-2-3 * * * *", "*/0 * * * *", "60 24 32 13 8",
	} {
		f.Add(seed, int64(1_800_000_000))
	}
	f.Fuzz(func(t *testing.T, text string, unix int64) {
		x, err := cron.Parse(text)
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		at := time.Unix(unix%(1<<36), 0)
		for _, name := range []string{"Europe/Berlin", "Australia/Lord_Howe"} {
			loc := zone(t, name)
			next, ok := x.Next(at, loc)
			require.True(t, ok, "whatever is accepted comes, after %d", at.Unix())
			require.True(t, next.After(at))
			require.LessOrEqual(t, next.Sub(at), 9*366*24*time.Hour)
			between, ok := x.Next(at.Add(next.Sub(at)/2), loc)
			require.True(t, ok)
			require.True(t, between.Equal(next), "nothing is between %d and %d", at.Unix(), next.Unix())
		}
	})
}
