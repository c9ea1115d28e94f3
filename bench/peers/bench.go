package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"regexp"
	"slices"
	"time"

	"github.com/baton-go/baton/internal/pgserver"
)

type config struct {
	turns      int
	turn, warm time.Duration
	dir, only  string
}

// peers are all that are measured, Baton first.
func peers() []peer {
	return append([]peer{batonPeer, dbosPeer, goWorkflowsPeer, durableTaskPeer}, temporalPeers()...)
}

// quiet is a log of what is wrong, and of nothing else.
func quiet() *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
}

// run measures, and prints. A peer that fails has no figures, and its error is returned.
func run(ctx context.Context, w io.Writer, c config) (err error) {
	only, err := regexp.Compile(c.only)
	if err != nil {
		return err
	}
	var files, rows []*measure
	for _, p := range peers() {
		files = append(files, &measure{peer: p, at: "SQLite"})
		rows = append(rows, &measure{peer: p, at: "PostgreSQL"})
	}
	unwanted := func(m *measure) bool { return !only.MatchString(m.String()) }
	files, rows = slices.DeleteFunc(files, unwanted), slices.DeleteFunc(rows, unwanted)
	takeAll(ctx, c, files, nil)
	if len(files) > 0 {
		printTables(w, c, "SQLite", files)
	}
	if len(rows) == 0 {
		return failures(files)
	}
	pg, err := startServer(ctx, c.dir)
	if errors.Is(err, pgserver.ErrMissing) {
		fmt.Fprintf(w, "\n%v.\n", err)
		return failures(files)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pg.close(ctx)) }()
	takeAll(ctx, c, rows, pg)
	printTables(w, c, "PostgreSQL "+pg.version(), rows)
	return failures(append(files, rows...))
}

func takeAll(ctx context.Context, c config, all []*measure, pg *server) {
	for _, m := range all {
		if err := m.take(ctx, c, pg); err != nil {
			m.err = fmt.Errorf("%v: %w", m, err)
		}
	}
}

func failures(all []*measure) error {
	var errs []error
	for _, m := range all {
		errs = append(errs, m.err)
	}
	return errors.Join(errs...)
}
