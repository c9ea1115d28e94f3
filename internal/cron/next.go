package cron

import (
	"math/bits"
	"time"
)

// horizon is how far Next looks: a 29th of February comes after eight years at the latest.
const horizon = 9 * 366 * 24 * time.Hour

// Next returns the first time after the given one, in the zone. It is false if there is none, which is so for times so
// far away that zones are not known, and for the zero Expression. It looks at each month of nine years at most.
func (x Expression) Next(after time.Time, zone *time.Location) (time.Time, bool) {
	if x.minutes == 0 {
		return time.Time{}, false
	}
	end := after.Add(horizon)
	for at := after.In(zone); at.Before(end); {
		p := periodOf(at)
		if p.begun(after) && !x.byMinutes() && x.matches(p.wall(p.start)-p.skipped, p.wall(p.start)) {
			return p.start, true // the times that were left out
		}
		from := p.wall(at)
		if at.Equal(after) {
			from++ // later than that
		}
		if !x.byMinutes() {
			from = max(from, p.wall(p.start)+p.repeated) // those that the clock has shown before
		}
		if w, ok := x.find(from, p.wall(p.last(end))); ok {
			return p.instant(w), true
		}
		if p.end.IsZero() {
			break
		}
		at = p.end
	}
	return time.Time{}, false
}

// matches tells whether there is a time from one to before the other, in seconds of the wall clock.
func (x *Expression) matches(from, before int64) bool {
	_, ok := x.find(from, before)
	return ok
}

// period is a stretch of time in which a zone is so many seconds off UTC.
type period struct {
	zone       *time.Location
	start, end time.Time // either may be zero
	offset     int64
	// How many seconds the wall clock leaves out when the period starts, or shows again.
	skipped, repeated int64
}

// periodOf is the period of a time.
func periodOf(t time.Time) period {
	p := period{zone: t.Location(), offset: offsetOf(t)}
	p.start, p.end = t.ZoneBounds()
	if !p.start.IsZero() {
		shift := p.offset - offsetOf(p.start.Add(-1))
		p.skipped, p.repeated = max(shift, 0), max(-shift, 0)
	}
	return p
}

func offsetOf(t time.Time) int64 {
	_, offset := t.Zone()
	return int64(offset)
}

// begun tells whether the period starts after a time.
func (p period) begun(after time.Time) bool { return !p.start.IsZero() && p.start.After(after) }

// wall is what the clock on the wall shows, as seconds since 1970, whole ones: those of UTC if that were the zone. The
// zero time is the earliest.
func (p period) wall(t time.Time) int64 {
	if t.IsZero() {
		return -1 << 62
	}
	return t.Unix() + p.offset
}

// instant is when the wall clock shows that, in this period.
func (p period) instant(wall int64) time.Time { return time.Unix(wall-p.offset, 0).In(p.zone) }

// last is the end of the period, or of what is looked at if that comes first.
func (p period) last(end time.Time) time.Time {
	if !p.end.IsZero() && p.end.Before(end) {
		return p.end
	}
	return end
}

// find returns the first time of the wall clock that matches, from one to before the other.
func (x *Expression) find(from, before int64) (int64, bool) {
	const minute, day = 60, 24 * 60 * 60
	from += (minute - from%minute) % minute // that is where times are
	for at := from; at < before; {
		date := time.Unix(at, 0).UTC()
		year, month, dayOf := date.Date()
		midnight := at - int64(date.Hour()*60+date.Minute())*minute
		switch {
		case x.months&(1<<month) == 0:
			at = midnight + int64(daysIn(year, int(month))-dayOf+1)*day
			continue
		case !x.day(dayOf, date.Weekday()):
			at = midnight + day
			continue
		}
		if in, ok := x.inDay(date.Hour(), date.Minute()); ok {
			at = midnight + int64(in)*minute
			return at, at < before
		}
		at = midnight + day
	}
	return 0, false
}

// day tells whether a day matches.
func (x *Expression) day(ofMonth int, weekday time.Weekday) bool {
	monthly, weekly := x.days&(1<<ofMonth) != 0, x.weekly&(1<<weekday) != 0
	if x.everyDay() || x.everyWeekday() {
		return monthly && weekly
	}
	return monthly || weekly
}

// inDay returns the first minute of a day that matches, not before the given one.
func (x *Expression) inDay(hour, minute int) (int, bool) {
	if x.hours&(1<<hour) != 0 {
		if left := x.minutes >> minute << minute; left != 0 {
			return hour*60 + bits.TrailingZeros64(left), true
		}
	}
	if left := x.hours >> (hour + 1) << (hour + 1); left != 0 {
		return bits.TrailingZeros64(left)*60 + bits.TrailingZeros64(x.minutes), true
	}
	return 0, false
}

// daysIn is how many days a month has.
func daysIn(year, month int) int {
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}
