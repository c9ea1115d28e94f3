package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the driver of the store

	"github.com/baton-go/baton/orchestrate"
)

// floorRow is how many bytes the row of the floor has: as many as a small result. A step's record has more.
const floorRow = 64

// insertFloor inserts rows and commits each, as fast as one client can: the prepared statement of one connection with
// the settings of the store, a table of one column, no transaction around it.
func insertFloor(ctx context.Context, dir string, d time.Duration) (s sample, err error) {
	dir, err = os.MkdirTemp(dir, "floor-*")
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	settings := url.Values{"_pragma": {
		"busy_timeout(50)", "journal_mode(WAL)", "synchronous(FULL)", "fullfsync(1)", "checkpoint_fullfsync(1)",
		"foreign_keys(1)", "wal_autocheckpoint(1000)", "journal_size_limit(67108864)",
	}}
	db, err := sql.Open("sqlite", fmt.Sprintf("file:%s?%s", filepath.Join(dir, "floor.db"), settings.Encode()))
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, "CREATE TABLE floor (id INTEGER PRIMARY KEY, data BLOB NOT NULL)"); err != nil {
		return s, err
	}
	insert, err := db.PrepareContext(ctx, "INSERT INTO floor (data) VALUES (?)")
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, insert.Close()) }()
	row := make([]byte, floorRow)
	return loop(d, func() error {
		_, err := insert.ExecContext(ctx, row)
		return err
	})
}

// plainFloor carries out the steps without a journal.
func plainFloor(ctx context.Context, d time.Duration) (sample, error) {
	const steps = 100
	exec := mux()
	s, err := loop(d, func() error {
		_, err := orchestrate.Run(ctx, orchestrate.Bind(straight, steps), exec)
		return err
	})
	s.steps *= steps
	s.took = nil
	return s, err
}

// loop calls f over and over for about as long as d, after a tenth of that to warm up.
func loop(d time.Duration, f func() error) (sample, error) {
	for until := time.Now().Add(d / 10); time.Now().Before(until); {
		if err := f(); err != nil {
			return sample{}, err
		}
	}
	s := sample{took: make([]time.Duration, 0, 1<<16)}
	began := begin(nil)
	for last := began.at; last.Sub(began.at) < d; {
		if err := f(); err != nil {
			return s, err
		}
		now := time.Now()
		s.took = append(s.took, now.Sub(last))
		last = now
		s.steps++
	}
	s.end(began, nil)
	return s, nil
}
