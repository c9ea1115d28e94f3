package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Station is where the weather is looked at.
type Station struct {
	ID, Name, Region string
	Height           int // in metres
}

// Reading is the weather of a day.
type Reading struct {
	line    line
	Station string
	Date    time.Time
	Celsius float64
	Rain    float64 // in millimetres
}

// readStations reads the stations, and quarantines those that are bad or there already.
func readStations(open opener, name string) (good []Station, bad []Bad, err error) {
	lines, err := readLines(open, name)
	if err != nil {
		return nil, nil, err
	}
	first := map[string]int{}
	for _, l := range lines {
		r := l.row()
		s := Station{ID: id(r), Name: r.column("name"), Region: strings.ToLower(r.column("region"))}
		height, err := strconv.Atoi(r.column("height"))
		r.check("height", unwrapped(err))
		s.Height = height
		if n, again := first[s.ID]; again && r.why == nil {
			r.why = fmt.Errorf("station %q is at line %d already", s.ID, n)
		}
		if r.why != nil {
			bad = append(bad, l.bad("%v", r.why))
			continue
		}
		first[s.ID] = l.N
		good = append(good, s)
	}
	return good, bad, nil
}

// cleanReadings makes readings of lines: one notation for stations, dates and temperatures.
func cleanReadings(lines []line) (good []Reading, bad []Bad) {
	for _, l := range lines {
		r := l.row()
		reading := Reading{line: l, Station: id(r)}
		var err error
		reading.Date, err = date(r.column("date"))
		r.check("date", err)
		reading.Celsius, err = celsius(r.column("celsius"))
		r.check("celsius", err)
		reading.Rain, err = rain(r.column("rain"))
		r.check("rain", err)
		if r.why != nil {
			bad = append(bad, l.bad("%v", r.why))
			continue
		}
		good = append(good, reading)
	}
	return good, bad
}

func id(r *row) string {
	name := "id"
	if _, ok := r.line.columns["station"]; ok {
		name = "station"
	}
	id := strings.ToUpper(r.column(name))
	if id == "" {
		r.check(name, errors.New("it is empty"))
	}
	return id
}

// date reads 2025-06-21, and 21.06.2025.
func date(text string) (time.Time, error) {
	for _, layout := range []string{time.DateOnly, "02.01.2006"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no day", text)
}

// celsius reads 20.4, and 68.7F.
func celsius(text string) (float64, error) {
	fahrenheit, isF := strings.CutSuffix(text, "F")
	t, err := strconv.ParseFloat(fahrenheit, 64)
	switch {
	case err != nil:
		return 0, fmt.Errorf("%q is no temperature", text)
	case isF:
		t = (t - 32) * 5 / 9
	}
	if !(t >= -90 && t <= 60) { // nor is it NaN
		return 0, fmt.Errorf("%q is not of this planet", text)
	}
	return t, nil
}

// rain reads millimetres. Without any there was none.
func rain(text string) (float64, error) {
	if text == "" {
		return 0, nil
	}
	mm, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil:
		return 0, fmt.Errorf("%q is no number", text)
	case !(mm >= 0 && mm <= 2000):
		return 0, fmt.Errorf("%q cannot be", text)
	}
	return mm, nil
}

// unwrapped leaves out which function of strconv it was.
func unwrapped(err error) error {
	if e, ok := errors.AsType[*strconv.NumError](err); ok {
		return fmt.Errorf("%q: %w", e.Num, e.Err)
	}
	return err
}
