package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"text/tabwriter"
	"time"

	_ "modernc.org/sqlite" // the driver
)

// Report is what the pipeline found. All of it is in the database, too.
type Report struct {
	Stations   []Station
	Joined     []Joined
	ByStation  []Sum
	ByMonth    []Sum
	Extremes   []Extreme
	Quarantine []Bad
	Written    int // rows
}

type toWrite struct {
	Database   string
	Stations   []Station
	Joined     []Joined
	ByStation  []Sum
	ByMonth    []Sum
	Quarantine []Bad
}

type written struct{ Written int }

const schema = `
DROP TABLE IF EXISTS stations;
DROP TABLE IF EXISTS readings;
DROP TABLE IF EXISTS by_station;
DROP TABLE IF EXISTS by_month;
DROP TABLE IF EXISTS quarantine;
CREATE TABLE stations (id TEXT PRIMARY KEY, name TEXT, region TEXT, height INT);
CREATE TABLE readings (station TEXT, date TEXT, celsius REAL, rain REAL, PRIMARY KEY (station, date));
CREATE TABLE by_station (name TEXT PRIMARY KEY, days INT, mean REAL, low REAL, high REAL, rain REAL);
CREATE TABLE by_month (month TEXT PRIMARY KEY, days INT, mean REAL, low REAL, high REAL, rain REAL);
CREATE TABLE quarantine (file TEXT, line INT, text TEXT, why TEXT)`

// write makes the tables anew, in one transaction: done twice, it does what it does once.
func write(ctx context.Context, in toWrite) (out written, err error) {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: in.Database}).EscapedPath()+"?_pragma=busy_timeout(1000)")
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return out, err
	}
	defer func() { _ = tx.Rollback() }() // nothing, once it is committed
	if _, err := tx.ExecContext(ctx, schema); err != nil {
		return out, err
	}
	w := &writer{tx: tx}
	insert(ctx, w, "INSERT INTO stations VALUES (?, ?, ?, ?)", in.Stations, func(s Station) []any {
		return []any{s.ID, s.Name, s.Region, s.Height}
	})
	insert(ctx, w, "INSERT INTO readings VALUES (?, ?, ?, ?)", in.Joined, func(j Joined) []any {
		return []any{j.Station, j.Date.Format(time.DateOnly), j.Celsius, j.Rain}
	})
	sum := func(s Sum) []any { return []any{s.Of, s.Days, s.Mean, s.Low, s.High, s.Rain} }
	insert(ctx, w, "INSERT INTO by_station VALUES (?, ?, ?, ?, ?, ?)", in.ByStation, sum)
	insert(ctx, w, "INSERT INTO by_month VALUES (?, ?, ?, ?, ?, ?)", in.ByMonth, sum)
	insert(ctx, w, "INSERT INTO quarantine VALUES (?, ?, ?, ?)", in.Quarantine, func(b Bad) []any {
		return []any{b.File, b.Line, b.Text, b.Why}
	})
	if w.err != nil {
		return out, w.err
	}
	return written{w.rows}, tx.Commit()
}

// writer writes until something is wrong.
type writer struct {
	tx   *sql.Tx
	rows int
	err  error
}

func insert[T any](ctx context.Context, w *writer, query string, all []T, values func(T) []any) {
	for _, one := range all {
		if w.err != nil {
			return
		}
		_, w.err = w.tx.ExecContext(ctx, query, values(one)...)
		w.rows++
	}
}

// print writes the summary.
func (r Report) print(out io.Writer, database string) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, part := range []struct {
		title string
		sums  []Sum
	}{{"station", r.ByStation}, {"month", r.ByMonth}} {
		fmt.Fprintf(table, "%s\tdays\tmean\tlow\thigh\train\t\n", part.title)
		for _, s := range part.sums {
			fmt.Fprintf(table, "%s\t%d\t%.1f\t%.1f\t%.1f\t%.1f\t\n", s.Of, s.Days, s.Mean, s.Low, s.High, s.Rain)
		}
		fmt.Fprintln(table)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, e := range r.Extremes {
		fmt.Fprintf(out, "%s: %.1f at %s on %s\n", e.What, e.Value, e.Of.Name, e.Of.Date.Format(time.DateOnly))
	}
	fmt.Fprintf(out, "\n%d lines are in quarantine:\n", len(r.Quarantine))
	for _, b := range r.Quarantine {
		fmt.Fprintf(out, "  %s:%d: %s\n", b.File, b.Line, b.Why)
	}
	_, err := fmt.Fprintf(out, "\n%d readings of %d stations; %d rows are in %s\n",
		len(r.Joined), len(r.Stations), r.Written, database)
	return err
}
