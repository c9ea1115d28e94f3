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
)

type config struct {
	rounds int
	d      time.Duration
	dir    string
	only   string
	// profiles is the directory for CPU profiles, or empty.
	profiles string
}

// measure is a row of a table: what is measured beside a floor, in every round.
type measure struct {
	name, floor string
	goal        string
	f           func(ctx context.Context) (sample, error)

	samples, floors []sample // by round; a floor has two samples in each
}

// bench is all measurements.
type bench struct {
	config
	file     opener
	floors   map[string]func(ctx context.Context) (sample, error)
	measures []*measure
	first    map[string][]sample // from Start to the first step, by the name of the measure
}

func newBench(c config, dir string) *bench {
	b := &bench{config: c, file: inFile(dir), first: map[string][]sample{}}
	b.floors = map[string]func(context.Context) (sample, error){
		insert: func(ctx context.Context) (sample, error) { return insertFloor(ctx, dir, c.d) },
		plain:  func(ctx context.Context) (sample, error) { return plainFloor(ctx, c.d) },
	}
	b.sustained("SQLite, 1 run", insert, "≥ 0.8", b.file, 1)
	b.sustained("SQLite, 64 runs", insert, "≥ 5", b.file, 64)
	b.whole("SQLite, runs of 100 steps, one after the other", insert, b.file, 1, 100)
	b.whole("SQLite, runs of 100 steps, 64 at a time", insert, b.file, 64, 100)
	b.whole("SQLite, runs of 1 step, 64 at a time", insert, b.file, 64, 1)
	b.paced("SQLite, 64 runs at half of their rate", insert, b.file, 64)
	b.sustained("memory, 1 run", plain, "", inMemory, 1)
	b.sustained("memory, 64 runs", plain, "", inMemory, 64)
	b.whole("memory, runs of 100 steps, 64 at a time", plain, inMemory, 64, 100)
	b.starts("SQLite, Start to Result", insert, b.file)
	b.starts("memory, Start to Result", plain, inMemory)
	return b
}

const (
	insert = "insert and commit"
	plain  = "without a journal"
)

func (b *bench) add(m measure) { b.measures = append(b.measures, &m) }

func (b *bench) sustained(name, floor, goal string, open opener, runs int) {
	b.add(measure{name: name, floor: floor, goal: goal, f: func(ctx context.Context) (sample, error) {
		return sustained(ctx, open, runs, 0, b.d)
	}})
}

func (b *bench) whole(name, floor string, open opener, clients, steps int) {
	b.add(measure{name: name, floor: floor, f: func(ctx context.Context) (sample, error) {
		return whole(ctx, open, clients, steps, b.d)
	}})
}

// paced measures runs at half the rate that they have at the moment.
func (b *bench) paced(name, floor string, open opener, runs int) {
	b.add(measure{name: name, floor: floor, f: func(ctx context.Context) (sample, error) {
		full, err := sustained(ctx, open, runs, 0, b.d)
		if err != nil {
			return full, err
		}
		every := time.Duration(2 * float64(runs) / full.rate() * float64(time.Second))
		return sustained(ctx, open, runs, every, b.d)
	}})
}

func (b *bench) starts(name, floor string, open opener) {
	b.add(measure{name: name, floor: floor, f: func(ctx context.Context) (sample, error) {
		first, result, err := starts(ctx, open, b.d)
		b.first[name] = append(b.first[name], first)
		return result, err
	}})
}

// round makes every measurement once, each between two of its floor.
func (b *bench) round(ctx context.Context) error {
	for _, m := range b.measures {
		for i := range 3 {
			f, to := b.floors[m.floor], &m.floors
			if i == 1 {
				f, to = b.profiled(m), &m.samples
			}
			s, err := f(ctx)
			if err != nil {
				return fmt.Errorf("%s: %w", m.name, err)
			}
			*to = append(*to, s)
		}
	}
	return nil
}

// profiled is the measure, with a profile of it written: in each round anew.
func (b *bench) profiled(m *measure) func(ctx context.Context) (sample, error) {
	if b.profiles == "" {
		return m.f
	}
	path := filepath.Join(b.profiles, strings.ReplaceAll(m.name, " ", "-")+".prof")
	return func(ctx context.Context) (s sample, err error) {
		err = process.Profiled(true, path, func() (err error) {
			s, err = m.f(ctx)
			return err
		})
		return s, err
	}
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
	b := newBench(c, dir)
	b.measures = slices.DeleteFunc(b.measures, func(m *measure) bool { return !only.MatchString(m.name) })
	for range c.rounds {
		if err := b.round(ctx); err != nil {
			return err
		}
	}
	b.print(w)
	return nil
}
