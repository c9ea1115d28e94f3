package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store/postgres"
	"github.com/baton-go/baton/internal/pgserver"
)

// server is a PostgreSQL server of this process, which is started when it is first asked for. It has the settings that
// PostgreSQL comes with, but for the sizes: the disk keeps what is committed.
type server struct {
	dir     string
	once    sync.Once
	started *pgserver.Server
	err     error
	schemas atomic.Int64
}

func (s *server) dsn() (string, error) {
	s.once.Do(func() { s.started, s.err = pgserver.StartIn(s.dir) })
	if s.err != nil {
		return "", s.err
	}
	return s.started.DSN(), nil
}

func (s *server) close() error {
	if s.started == nil {
		return nil
	}
	return s.started.Close()
}

// open opens a rig in a schema of its own.
func (s *server) open(ctx context.Context, flows ...durable.AnyFlow) (*rig, error) {
	dsn, err := s.dsn()
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("rig %d", s.schemas.Add(1))
	st, err := postgres.OpenConfig(ctx, dsn, postgres.Config{Schema: name})
	if err != nil {
		return nil, err
	}
	return newRig(ctx, st, "", flows)
}

// rows is the floor of PostgreSQL: rows that are inserted and committed one by one, by so many clients, each with a
// connection and a prepared statement of its own, into a table like that of SQLite's floor.
type rows struct {
	pool  *pgxpool.Pool
	conns []*pgxpool.Conn
	text  string
	row   []byte
}

func newRows(ctx context.Context, s *server, clients int) (_ *rows, err error) {
	dsn, err := s.dsn()
	if err != nil {
		return nil, err
	}
	f := &rows{row: make([]byte, floorRow)}
	if f.pool, err = pgxpool.New(ctx, fmt.Sprintf("%s pool_max_conns=%d", dsn, clients)); err != nil {
		return nil, err
	}
	table := pgx.Identifier{fmt.Sprintf("floor %d", s.schemas.Add(1))}.Sanitize()
	f.text = "INSERT INTO " + table + " (data) VALUES ($1)"
	_, err = f.pool.Exec(ctx, "CREATE TABLE "+table+
		" (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, data bytea NOT NULL)")
	for len(f.conns) < clients && err == nil {
		var c *pgxpool.Conn
		if c, err = f.pool.Acquire(ctx); err == nil {
			f.conns = append(f.conns, c)
		}
	}
	if err != nil {
		return nil, errors.Join(err, f.close(ctx))
	}
	return f, nil
}

func (f *rows) slice(ctx context.Context, d time.Duration) (s sample, err error) {
	samples, errs := make([]sample, len(f.conns)), make([]error, len(f.conns))
	var all sync.WaitGroup
	from := begin(nil)
	for i, c := range f.conns {
		all.Go(func() {
			for last := from.at; last.Sub(from.at) < d && errs[i] == nil; {
				_, errs[i] = c.Exec(ctx, f.text, f.row)
				now := time.Now()
				samples[i].took = append(samples[i].took, now.Sub(last))
				samples[i].steps++
				last = now
			}
		})
	}
	all.Wait()
	s.end(from, nil)
	for i := range samples {
		s.steps += samples[i].steps
		s.took = append(s.took, samples[i].took...)
	}
	return s, errors.Join(errs...)
}

func (f *rows) close(context.Context) error {
	for _, c := range f.conns {
		c.Release()
	}
	f.pool.Close()
	return nil
}
