package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/baton-go/baton/internal/pgserver"
)

// settings are what the server has besides what PostgreSQL comes with: the disk keeps what is committed. Statements are
// counted by a module that comes with it; what that costs all have in common, the floor as well.
const settings = `
max_connections = 400
shared_buffers = 256MB
max_wal_size = 2GB
shared_preload_libraries = 'pg_stat_statements'
pg_stat_statements.track_planning = off
`

// server is a PostgreSQL server of this process, in which each peer and each floor has a database of its own.
type server struct {
	*pgserver.Server
	conn      *pgx.Conn
	databases int
}

func startServer(ctx context.Context, dir string) (_ *server, err error) {
	s := &server{}
	if s.Server, err = pgserver.StartIn(dir); err != nil {
		return nil, err
	}
	for _, do := range []func() error{
		func() error { return s.Configure(settings) },
		func() error { return s.Stop(false) },
		s.Restart,
		func() error { s.conn, err = pgx.Connect(ctx, s.DSN()); return err },
		func() error { return s.exec(ctx, "CREATE EXTENSION pg_stat_statements") },
	} {
		if err := do(); err != nil {
			return nil, errors.Join(err, s.close(ctx))
		}
	}
	return s, nil
}

func (s *server) exec(ctx context.Context, text string) error {
	_, err := s.conn.Exec(ctx, text)
	return err
}

func (s *server) close(ctx context.Context) (err error) {
	if s.conn != nil {
		err = s.conn.Close(ctx)
	}
	return errors.Join(err, s.Close())
}

// database makes a site in a database of its own.
func (s *server) database(ctx context.Context, dir string) (site, error) {
	s.databases++
	name := fmt.Sprintf("peer%d", s.databases)
	return site{dir: dir, socket: filepath.Dir(s.Socket()), database: name}, s.exec(ctx, "CREATE DATABASE "+name)
}

// version is that of the server.
func (s *server) version() string {
	version, _, _ := strings.Cut(s.conn.PgConn().ParameterStatus("server_version"), " ") // what a distribution adds
	return version
}

// counts are sums since the server was started.
type counts struct {
	statements   int64 // in a database
	transactions int64 // of the server that have written
	wal          int64 // bytes of its log
}

func (c counts) minus(d counts) counts {
	return counts{c.statements - d.statements, c.transactions - d.transactions, c.wal - d.wal}
}

func (c counts) plus(d counts) counts { return c.minus(counts{}.minus(d)) }

// count reads what has happened so far. The statements are those of one database.
func (s *server) count(ctx context.Context, database string) (c counts, err error) {
	err = s.conn.QueryRow(ctx, `
		SELECT coalesce((SELECT sum(s.calls) FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
				WHERE d.datname = $1), 0)::bigint,
			pg_snapshot_xmax(pg_current_snapshot())::text::bigint,
			pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint`, database).
		Scan(&c.statements, &c.transactions, &c.wal)
	if err != nil {
		return c, fmt.Errorf("what the server counts: %w", err)
	}
	return c, nil
}
