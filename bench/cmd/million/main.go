// Million has a million runs sleep in an SQLite file, and measures what that costs: the file, the start of a process on
// it, its memory, and how fast the runs wake up, spread out and all at once. It takes a quarter of an hour or more.
//
//	go run ./cmd/million [-n runs] [-dir directory] [-profiles directory]
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/baton-go/baton/bench/internal/process"
)

func main() {
	var c config
	flag.IntVar(&c.runs, "n", 1_000_000, "runs")
	flag.Float64Var(&c.rate, "rate", 5000, "how many of the runs that are spread out are due each second")
	flag.Float64Var(&c.spread, "spread", 0.1, "the share of the runs that are spread out; the others are due at once")
	flag.StringVar(&c.dir, "dir", ".", "where the database is made")
	flag.DurationVar(&c.fill, "fill", 0, "how long it takes to put the runs to sleep; 0 has it measured with a few")
	flag.StringVar(&c.profiles, "profiles", "", "a directory for CPU profiles of both processes")
	wake := flag.String("wake", "", "internal: the file in which runs sleep")
	began := flag.Int64("began", 0, "internal: when the process was started")
	flag.Parse()
	ctx := context.Background()
	name, f := "asleep.prof", func() error { return all(ctx, os.Stdout, c) }
	if *wake != "" {
		name, f = "awake.prof", func() error {
			return waking(ctx, os.Stdout, *wake, time.UnixMicro(*began), newSleepers(), c)
		}
	}
	if c.profiles != "" {
		name = filepath.Join(c.profiles, name)
	}
	if err := process.Profiled(c.profiles != "", name, f); err != nil {
		fmt.Fprintln(os.Stderr, "million:", err)
		os.Exit(1)
	}
}
