package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/baton-go/baton/bench/internal/process"
	"github.com/baton-go/baton/internal/pgserver"
	"github.com/baton-go/baton/internal/redisserver"
)

type config struct {
	rounds, slices int
	d              time.Duration // of a slice
	dir            string
	only           string
	profiles       string // the directory for CPU profiles, or empty
}

// measures are all that there are.
func measures(dir string, pg *server, rd *redisServer) []*measure {
	var all []*measure
	add := func(name, goal string, floor, s func(context.Context) (subject, error)) {
		all = append(all, &measure{name: name, goal: goal, floor: floor, subject: s})
	}
	file, insert := inFile(dir), func(ctx context.Context) (subject, error) { return newInserts(ctx, dir) }
	plain := func(context.Context) (subject, error) { return plainRuns{mux()}, nil }
	add("SQLite, 1 run", "≥ 0.8", insert, loads(file, 1))
	add("SQLite, 64 runs", "≥ 5", insert, loads(file, 64))
	add("SQLite, 64 runs at half of their rate", "", insert, func(ctx context.Context) (subject, error) {
		l, err := newLoad(ctx, file, 64)
		return paced{l}, err
	})
	add("SQLite, runs of 100 steps, one after the other", "", insert, wholes(file, 1, 100))
	add("SQLite, runs of 100 steps, 64 at a time", "", insert, wholes(file, 64, 100))
	add("SQLite, runs of 1 step, 64 at a time", "", insert, wholes(file, 64, 1))
	add("SQLite, Start to Result", "", insert, func(ctx context.Context) (subject, error) { return newStarts(ctx, file) })
	files, plainly := inFiles(dir), func(context.Context) (subject, error) { return newAppends(dir) }
	add("plain files, 1 run", "", plainly, loads(files, 1))
	add("plain files, 64 runs", "", plainly, loads(files, 64))
	add("plain files, runs of 100 steps, 64 at a time", "", plainly, wholes(files, 64, 100))
	add("plain files, runs of 1 step, 64 at a time", "", plainly, wholes(files, 64, 1))
	add("plain files, Start to Result", "", plainly, func(ctx context.Context) (subject, error) {
		return newStarts(ctx, files)
	})
	clients := func(n int) func(context.Context) (subject, error) {
		return func(ctx context.Context) (subject, error) { return newRows(ctx, pg, n) }
	}
	add("PostgreSQL, 1 run", "≥ 0.7", clients(1), loads(pg.open, 1))
	add("PostgreSQL, 64 runs", "≥ 2", clients(64), loads(pg.open, 64))
	add("PostgreSQL, 64 runs at half of their rate", "", clients(64), func(ctx context.Context) (subject, error) {
		l, err := newLoad(ctx, pg.open, 64)
		return paced{l}, err
	})
	add("PostgreSQL, runs of 100 steps, 64 at a time", "", clients(64), wholes(pg.open, 64, 100))
	add("PostgreSQL, runs of 1 step, 64 at a time", "", clients(64), wholes(pg.open, 64, 1))
	add("PostgreSQL, Start to Result", "", clients(1), func(ctx context.Context) (subject, error) {
		return newStarts(ctx, pg.open)
	})
	keys := func(n int) func(context.Context) (subject, error) {
		return func(ctx context.Context) (subject, error) { return newKeys(ctx, rd, n) }
	}
	add("Redis, 1 run", "", keys(1), loads(rd.open, 1))
	add("Redis, 64 runs", "", keys(64), loads(rd.open, 64))
	add("Redis, runs of 100 steps, 64 at a time", "", keys(64), wholes(rd.open, 64, 100))
	add("Redis, runs of 1 step, 64 at a time", "", keys(64), wholes(rd.open, 64, 1))
	add("Redis, Start to Result", "", keys(1), func(ctx context.Context) (subject, error) {
		return newStarts(ctx, rd.open)
	})
	add("memory, 1 run", "", plain, loads(inMemory, 1))
	add("memory, 64 runs", "", plain, loads(inMemory, 64))
	add("memory, runs of 100 steps, 64 at a time", "", plain, wholes(inMemory, 64, 100))
	add("memory, Start to Result", "", plain, func(ctx context.Context) (subject, error) {
		return newStarts(ctx, inMemory)
	})
	return all
}

func loads(open opener, runs int) func(context.Context) (subject, error) {
	return func(ctx context.Context) (subject, error) { return newLoad(ctx, open, runs) }
}

func wholes(open opener, clients, steps int) func(context.Context) (subject, error) {
	return func(ctx context.Context) (subject, error) { return newWhole(ctx, open, clients, steps) }
}

func run(ctx context.Context, w io.Writer, c config) (err error) {
	only, err := regexp.Compile(c.only)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(c.dir, "baton-bench-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	pg := &server{dir: c.dir}
	defer func() { err = errors.Join(err, pg.close()) }()
	rd := &redisServer{dir: c.dir}
	defer func() { err = errors.Join(err, rd.close()) }()
	all := slices.DeleteFunc(measures(dir, pg, rd), func(m *measure) bool { return !only.MatchString(m.name) })
	for range c.rounds {
		for _, m := range all {
			path := filepath.Join(c.profiles, strings.ReplaceAll(m.name, " ", "-")+".prof")
			err := process.Profiled(c.profiles != "", path, func() error { return m.round(ctx, c.slices, c.d) })
			if errors.Is(err, pgserver.ErrMissing) || errors.Is(err, redisserver.ErrMissing) {
				m.missing = true
				continue
			}
			if err != nil {
				return fmt.Errorf("%s: %w", m.name, err)
			}
		}
	}
	c.print(w, slices.DeleteFunc(all, func(m *measure) bool { return m.missing }))
	return nil
}
