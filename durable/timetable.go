package durable

import (
	"fmt"
	"time"

	"github.com/baton-go/baton/internal/cron"
)

// Timetable says when the runs of a schedule are to be started: see [Cron] and [Every]. It is plain data; whether it
// makes sense comes out where it is used. The zero Timetable makes none.
type Timetable struct {
	// Cron is an expression of five fields, and Zone the name of the time zone whose clock on the wall it is about, such
	// as "Europe/Berlin"; "" is UTC.
	Cron string `json:",omitempty"`
	Zone string `json:",omitempty"`
	// Every is an interval of whole seconds, at most a year, in place of an expression.
	Every time.Duration `json:",omitempty"`
}

// Cron is the timetable of a cron expression: minute (0-59), hour (0-23), day of the month (1-31), month (1-12 or
// jan-dec), day of the week (0-7 or sun-sat; 0 and 7 are Sunday). A field is *, or a list of values, ranges and steps,
// such as 1-5, */15 or 10-40/10. If both day fields leave days out, a day that either names counts. @yearly, @monthly,
// @weekly, @daily and @hourly stand for the usual. An expression that never comes, such as that of a 30th of February,
// is an error like one that cannot be read.
//
// Where clocks are put forward and back, an expression whose hour is * goes by the minutes that pass: an hour that is
// there twice counts twice. Any other goes by the calendar: a time that is there twice counts the first time; one that
// is left out is the moment at which the clock is put forward, and several that are left out are one.
func Cron(expression, zone string) Timetable { return Timetable{Cron: expression, Zone: zone} }

// Every is the timetable of an interval, of whole seconds. Its times are multiples of it since the beginning of 1970 in
// UTC, whenever the schedule was made: those of 6 hours are at 0, 6, 12 and 18 o'clock.
func Every(d time.Duration) Timetable { return Timetable{Every: d} }

const (
	leastInterval = time.Second
	mostInterval  = 366 * 24 * time.Hour
)

// Next returns the first time after the given one. The error is [ErrBadOption] if the timetable makes no sense, or the
// machine does not know its zone.
func (t Timetable) Next(after time.Time) (time.Time, error) {
	next, err := t.compile()
	if err != nil {
		return time.Time{}, err
	}
	at, ok := next(after)
	if !ok {
		return time.Time{}, badOption("the timetable %s has no time after %v", t, after)
	}
	return at, nil
}

// String shows the timetable, such as "0 3 * * * in Europe/Berlin", or "every 6h0m0s".
func (t Timetable) String() string {
	switch {
	case t.Cron == "":
		return "every " + t.Every.String()
	case t.Zone == "":
		return t.Cron + " in UTC"
	}
	return t.Cron + " in " + t.Zone
}

// compile returns a function that finds the first time after another one.
func (t Timetable) compile() (func(after time.Time) (time.Time, bool), error) {
	switch {
	case t.Every != 0 && (t.Cron != "" || t.Zone != ""):
		return nil, badOption("a timetable of an interval and a cron expression or a zone")
	case t.Every != 0:
		return t.interval()
	}
	x, err := cron.Parse(t.Cron)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadOption, err)
	}
	if t.Zone == "Local" {
		return nil, badOption("the time zone Local is another one on each machine")
	}
	zone, err := time.LoadLocation(t.Zone)
	if err != nil {
		return nil, badOption("the time zone %s is not known: %v", quote(t.Zone), err)
	}
	return func(after time.Time) (time.Time, bool) { return x.Next(after, zone) }, nil
}

func (t Timetable) interval() (func(after time.Time) (time.Time, bool), error) {
	if t.Every < leastInterval || t.Every > mostInterval || t.Every%time.Second != 0 {
		return nil, badOption("the interval of %v is not one of whole seconds, from %v to a year", t.Every, leastInterval)
	}
	every := int64(t.Every / time.Second)
	return func(after time.Time) (time.Time, bool) {
		s := after.Unix()
		return time.Unix(s-(s%every+every)%every+every, 0).UTC(), true
	}, nil
}
