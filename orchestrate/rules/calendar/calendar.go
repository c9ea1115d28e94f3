package calendar

import (
	"fmt"
	"strings"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/rules"
)

// End says whether the end of a range belongs to it.
type End uint8

const (
	// EndExcluded has a range hold until just before its end. It is what a range without an End does.
	EndExcluded End = iota
	// EndIncluded has a range hold at its end too: at that instant, and for a time of the day that whole minute, or
	// second if it has one.
	EndIncluded
)

// After passes after an instant.
func After[C any](instant time.Time) rules.Rule[C] {
	return rule[C]("after", func(now time.Time) bool { return now.After(instant) }, text(instant)).
		Message("it is not after {{.arg0}}")
}

// Before passes before an instant.
func Before[C any](instant time.Time) rules.Rule[C] {
	return rule[C]("before", func(now time.Time) bool { return now.Before(instant) }, text(instant)).
		Message("it is not before {{.arg0}}")
}

// Between passes from one instant until another. It panics if the second is before the first.
func Between[C any](from, to time.Time, end ...End) rules.Rule[C] {
	if to.Before(from) {
		panic(fmt.Sprintf("calendar.Between: %s is before %s", text(to), text(from)))
	}
	included := includes("Between", end)
	return rule[C]("between", func(now time.Time) bool {
		return !now.Before(from) && (now.Before(to) || included && now.Equal(to))
	}, text(from), text(to)).Message("it is not between {{.arg0}} and {{.arg1}}")
}

// OnWeekdays passes on the given days of the week, as they are in a place. It panics if there is no place, or no day.
func OnWeekdays[C any](place *time.Location, days ...time.Weekday) rules.Rule[C] {
	if place == nil {
		panic("calendar.OnWeekdays: the location is nil")
	}
	if len(days) == 0 {
		panic("calendar.OnWeekdays: there are no days")
	}
	var on [7]bool
	names := make([]string, len(days))
	for i, day := range days {
		if day < time.Sunday || day > time.Saturday {
			panic(fmt.Sprintf("calendar.OnWeekdays: there is no weekday %d", int(day)))
		}
		on[day], names[i] = true, day.String()
	}
	return rule[C]("on_weekdays", func(now time.Time) bool { return on[now.In(place).Weekday()] },
		strings.Join(names, " "), place.String()).Message("it is not one of {{.arg0}} in {{.arg1}}")
}

// DuringHours passes from one time of the day until another, as clocks in a place show it: "09:00" until "17:30", or
// with seconds. A range whose end is before its beginning goes over midnight. "24:00" is the end of the day; a range
// whose ends are equal holds all day, or with its end included for that one minute. It panics if there is no place,
// or a time is none.
func DuringHours[C any](place *time.Location, from, to string, end ...End) rules.Rule[C] {
	if place == nil {
		panic("calendar.DuringHours: the location is nil")
	}
	included := includes("DuringHours", end)
	first, _ := clock(from)
	last, unit := clock(to)
	first %= day
	if last < first || last == first && !included {
		last += day
	}
	if included {
		last += unit
	}
	return rule[C]("during_hours", func(now time.Time) bool {
		hour, minute, second := now.In(place).Clock()
		at := hour*3600 + minute*60 + second
		return first <= at && at < last || at+day < last
	}, from, to, place.String()).Message("it is not between {{.arg0}} and {{.arg1}} in {{.arg2}}")
}

// day is how many seconds clocks show in a day.
const day = 24 * 3600

// clock reads a time of the day, in seconds, and how long it lasts.
func clock(s string) (at, unit int) {
	if s == "24:00" {
		return day, 60
	}
	for layout, unit := range map[string]int{"15:04": 60, "15:04:05": 1} {
		if t, err := time.Parse(layout, s); err == nil && len(s) == len(layout) {
			return t.Hour()*3600 + t.Minute()*60 + t.Second(), unit
		}
	}
	panic(fmt.Sprintf("calendar.DuringHours: %q is no time of the day, such as 09:00 or 17:30:15", s))
}

func includes(maker string, end []End) bool {
	switch {
	case len(end) == 0:
		return false
	case len(end) > 1 || end[0] > EndIncluded:
		panic("calendar." + maker + ": at most one End, EndExcluded or EndIncluded")
	}
	return end[0] == EndIncluded
}

func text(t time.Time) string { return t.Format(time.RFC3339Nano) }

func rule[C any](name string, holds func(now time.Time) bool, args ...any) rules.Rule[C] {
	return rules.Flow(name, func(y actions.Yield, _ C) (bool, error) {
		now, err := orchestrate.Do(y, actions.Now{})
		return err == nil && holds(now), err
	}, args...)
}
