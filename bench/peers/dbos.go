package main

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"net/url"
	"path/filepath"
	"time"

	"github.com/dbos-inc/dbos-transact-golang/dbos"
	_ "github.com/dbos-inc/dbos-transact-golang/dbos/driver/sqlite" // its system database in a file
)

var dbosPeer = peer{
	name: "DBOS", module: "github.com/dbos-inc/dbos-transact-golang",
	settings: "SQLite with `synchronous=FULL` (NORMAL); pools of 20 connections, of 8 with SQLite, as it comes",
	open:     openDBOS,
}

type dbosEngine struct {
	dbos.Context
	files *sql.DB // nil for PostgreSQL
	track *track
	flow  dbos.Workflow[int, int]
}

func openDBOS(ctx context.Context, at site, t *track) (_ engine, err error) {
	e := &dbosEngine{track: t}
	e.flow = func(c dbos.Context, lane int) (int, error) {
		return walk(func() (string, error) {
			return dbos.RunAsStep(c, func(context.Context) (string, error) { return t.step(lane), nil },
				dbos.WithStepName("step"))
		})
	}
	c := dbos.Config{AppName: "bench", Logger: slog.New(slog.DiscardHandler)} // it logs its own end
	if at.inPostgres() {
		c.DatabaseURL = at.dsn()
	} else {
		if e.files, err = openDBOSFile(filepath.Join(at.dir, "dbos.db")); err != nil {
			return nil, err
		}
		c.SQLiteSystemDB = e.files
	}
	if e.Context, err = dbos.NewContext(ctx, c); err != nil {
		return nil, errors.Join(err, e.closeFiles())
	}
	dbos.RegisterWorkflow(e.Context, e.flow)
	if err := dbos.Launch(e.Context); err != nil {
		return nil, errors.Join(err, e.close(ctx))
	}
	return e, nil
}

// openDBOSFile opens a file as DBOS does, but for its durability.
func openDBOSFile(path string) (*sql.DB, error) {
	settings := url.Values{
		"_txlock": {"immediate"},
		"_pragma": {"busy_timeout(5000)", "foreign_keys(ON)", "journal_mode(WAL)", "synchronous(FULL)"},
	}
	db, err := sql.Open("sqlite", "file:"+path+"?"+settings.Encode())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(8)
	db.SetMaxIdleConns(4)
	return db, nil
}

func (e *dbosEngine) run(_ context.Context, lane int) error {
	h, err := dbos.RunWorkflow(e.Context, e.flow, lane)
	if err != nil {
		return err
	}
	sum, err := h.GetResult()
	if err != nil {
		return err
	}
	return e.track.check(sum)
}

func (e *dbosEngine) close(context.Context) error {
	return errors.Join(dbos.Shutdown(e.Context, 10*time.Second), e.closeFiles())
}

func (e *dbosEngine) closeFiles() error {
	if e.files == nil {
		return nil
	}
	return e.files.Close()
}
