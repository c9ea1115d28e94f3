package main

import (
	"context"
	"runtime/debug"
)

// peer is what is measured.
type peer struct {
	name     string
	module   string // its version is told
	settings string // what was set, besides what it comes with
	late     bool   // a step is not durable yet when the next one begins
	open     func(ctx context.Context, at site, t *track) (engine, error)
}

// site is where an engine keeps what it keeps.
type site struct {
	dir string // a directory of its own
	// What follows is empty for SQLite. The database is the engine's own.
	socket, database string // the directory of the server's socket
}

// dsn is the database in the form of libpq.
func (s site) dsn() string {
	return "host=" + s.socket + " port=5432 user=postgres dbname=" + s.database
}

// inPostgres says that the site is a database of PostgreSQL's, not a file.
func (s site) inPostgres() bool { return s.database != "" }

// engine carries out runs whose steps go along a track.
type engine interface {
	// run carries out a run in a lane from its start to its result.
	run(ctx context.Context, lane int) error
	close(ctx context.Context) error
}

// version is that of a module in this program.
func version(module string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, m := range info.Deps {
		if m.Path != module {
			continue
		}
		if m.Replace != nil {
			return "of this tree"
		}
		return m.Version
	}
	return ""
}
