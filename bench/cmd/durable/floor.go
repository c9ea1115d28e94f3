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

	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// floorRow is how many bytes the row of the floor has: as many as a small result. A step's record has more.
const floorRow = 64

// inserts is the floor of SQLite: rows that are inserted and committed one by one, as fast as one client can, by the
// prepared statement of one connection with the settings of the store, into a table of one column.
type inserts struct {
	dir       string
	db        *sql.DB
	statement *sql.Stmt
	row       []byte
}

func newInserts(ctx context.Context, dir string) (_ *inserts, err error) {
	f := &inserts{row: make([]byte, floorRow)}
	if f.dir, err = os.MkdirTemp(dir, "floor-*"); err != nil {
		return nil, err
	}
	settings := url.Values{"_pragma": {
		"busy_timeout(50)", "journal_mode(WAL)", "synchronous(FULL)", "fullfsync(1)", "checkpoint_fullfsync(1)",
		"foreign_keys(1)", "wal_autocheckpoint(1000)", "journal_size_limit(4194304)",
	}}
	f.db, err = sql.Open("sqlite", fmt.Sprintf("file:%s?%s", filepath.Join(f.dir, "floor.db"), settings.Encode()))
	if err != nil {
		return nil, err
	}
	f.db.SetMaxOpenConns(1)
	_, err = f.db.ExecContext(ctx, "CREATE TABLE floor (id INTEGER PRIMARY KEY, data BLOB NOT NULL)")
	if err == nil {
		f.statement, err = f.db.PrepareContext(ctx, "INSERT INTO floor (data) VALUES (?)")
	}
	if err != nil {
		return nil, errors.Join(err, f.db.Close())
	}
	return f, nil
}

func (f *inserts) slice(ctx context.Context, d time.Duration) (sample, error) {
	return repeat(nil, d, func() error {
		_, err := f.statement.ExecContext(ctx, f.row)
		return err
	})
}

func (f *inserts) close(context.Context) error {
	return errors.Join(f.statement.Close(), f.db.Close(), os.RemoveAll(f.dir))
}

// plainRuns is the floor of the store in memory: the same workflow without a journal.
type plainRuns struct{ exec executor.Executor }

func (f plainRuns) slice(ctx context.Context, d time.Duration) (sample, error) {
	const steps = 100
	s, err := repeat(nil, d, func() error {
		_, err := orchestrate.Run(ctx, orchestrate.Bind(straight, steps), f.exec)
		return err
	})
	s.steps *= steps
	s.took = nil
	return s, err
}

func (f plainRuns) close(context.Context) error { return nil }

// repeat calls f over and over for about as long as d. Each call is a step.
func repeat(r *rig, d time.Duration, f func() error) (s sample, err error) {
	from := begin(r)
	for last := from.at; last.Sub(from.at) < d; {
		if err := f(); err != nil {
			return s, err
		}
		now := time.Now()
		s.took = append(s.took, now.Sub(last))
		last = now
		s.steps++
	}
	s.end(from, r)
	return s, nil
}
