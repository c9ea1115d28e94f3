// Background shows plain Go functions as jobs that are done in the background: submitted, watched, waited for,
// cancelled, chained, done by the thousand, and forgotten in the end. They survive: kill the program at any moment, run
// it again, and no job is lost, and none that has ended is done again.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/durable/store/sqlite"
	"github.com/baton-go/baton/executor"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	caches, _ := os.UserCacheDir() // without one it is the working directory
	file := flag.String("file", filepath.Join(caches, "baton-background.db"), "where the jobs are kept")
	upTo := flag.Int("primes", 10_000_000, "count the primes up to this `number` in the batch")
	fresh := flag.Bool("fresh", false, "forget all jobs first")
	flag.Parse()
	if err := run(ctx, os.Stdout, *file, *upTo, *fresh); err != nil {
		fmt.Fprintln(os.Stderr, "background:", err)
		os.Exit(1)
	}
}

// run takes the tour on the store in a file.
func run(ctx context.Context, out io.Writer, file string, upTo int, fresh bool) (err error) {
	st, err := open(ctx, file, fresh)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	rt, err := durable.Open(ctx, st, executor.NewMux(), durable.Config{
		Flows:      durable.Flows(Count, Factor, Throw, Peel),
		ErrorKinds: []codec.ErrorKind{codec.Sentinel("background.errBackwards", errBackwards)},
		// More than there are processors: what ends at the same time is written in one transaction.
		MaxConcurrent: 32,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rt.Close(context.WithoutCancel(ctx))) }()

	t := &tour{rt, out, upTo}
	t.say("The jobs are in %s. Kill me with kill -9 %d at any moment, and run me again.\n", file, os.Getpid())
	for _, step := range t.steps() {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// open opens the store, a new one if it is to be fresh.
func open(ctx context.Context, file string, fresh bool) (*sqlite.Store, error) {
	st, err := sqlite.Open(ctx, file)
	if err != nil || !fresh {
		return st, err
	}
	if err := st.Remove(); err != nil {
		return nil, err
	}
	return sqlite.Open(ctx, file)
}
