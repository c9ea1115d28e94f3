package main

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	_ "modernc.org/sqlite" // the driver of Baton's store, and of the peers'
)

// createFloor makes the table of SQLite's floor.
const createFloor = "CREATE TABLE IF NOT EXISTS floor (id INTEGER PRIMARY KEY, data BLOB NOT NULL)"

// floor inserts rows of as many bytes as a payload, and commits each, as fast as its clients can.
type floor struct {
	inserts []func(ctx context.Context) error // of each client
	closers []func(ctx context.Context) error
}

// newFloor opens a floor. A file of SQLite's has one client: more of them would wait for each other.
func newFloor(ctx context.Context, at site, clients int) (f *floor, err error) {
	f = &floor{}
	if at.inPostgres() {
		err = f.openRows(ctx, at, clients)
	} else {
		err = f.openFile(ctx, at)
	}
	if err != nil {
		return nil, errors.Join(err, f.close(ctx))
	}
	return f, nil
}

func (f *floor) openFile(ctx context.Context, at site) error {
	pragmas := url.Values{"_pragma": {"journal_mode(WAL)", "synchronous(FULL)", "wal_autocheckpoint(1000)"}}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(at.dir, "floor.db")+"?"+pragmas.Encode())
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	f.closers = append(f.closers, func(context.Context) error { return db.Close() })
	if _, err := db.ExecContext(ctx, createFloor); err != nil {
		return err
	}
	insert, err := db.PrepareContext(ctx, "INSERT INTO floor (data) VALUES (?)")
	if err != nil {
		return err
	}
	f.closers = append(f.closers, func(context.Context) error { return insert.Close() })
	f.inserts = append(f.inserts, func(ctx context.Context) error {
		_, err := insert.ExecContext(ctx, []byte(payload))
		return err
	})
	return nil
}

func (f *floor) openRows(ctx context.Context, at site, clients int) error {
	for i := range clients {
		c, err := pgx.Connect(ctx, at.dsn())
		if err != nil {
			return err
		}
		f.closers = append(f.closers, c.Close)
		if i == 0 {
			_, err := c.Exec(ctx, "CREATE TABLE IF NOT EXISTS floor "+
				"(id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, data bytea NOT NULL)")
			if err != nil {
				return err
			}
		}
		f.inserts = append(f.inserts, func(ctx context.Context) error {
			_, err := c.Exec(ctx, "INSERT INTO floor (data) VALUES ($1)", []byte(payload))
			return err
		})
	}
	return nil
}

// take works for as long as d.
func (f *floor) take(ctx context.Context, d time.Duration) (s sample, err error) {
	each, errs := make([]sample, len(f.inserts)), make([]error, len(f.inserts))
	var all sync.WaitGroup
	began := time.Now()
	for i, insert := range f.inserts {
		all.Go(func() {
			for last := began; last.Sub(began) < d && errs[i] == nil; {
				errs[i] = insert(ctx)
				now := time.Now()
				each[i].took = append(each[i].took, now.Sub(last))
				each[i].steps++
				last = now
			}
		})
	}
	all.Wait()
	s.elapsed = time.Since(began)
	for i := range each {
		s.steps += each[i].steps
		s.took = append(s.took, each[i].took...)
	}
	return s, errors.Join(errs...)
}

func (f *floor) close(ctx context.Context) error {
	errs := make([]error, 0, len(f.closers))
	for _, shut := range slices.Backward(f.closers) {
		errs = append(errs, shut(ctx))
	}
	return errors.Join(errs...)
}
