// Pipeline is a data job: it reads CSV files of weather stations and their readings, cleans and joins them, adds them
// up concurrently, and writes an SQLite database. A row that is bad is not lost: it is reported, with its file and
// line, and kept in the database, in quarantine.
//
//	go run ./examples/07-pipeline                                  # the files that come with it
//	go run ./examples/07-pipeline -stations s.csv 2024.csv 2025.csv # yours
//	go run ./examples/07-pipeline -draw mermaid                    # the pipeline as a drawing
package main

import (
	"context"
	"embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate/dataflow"
)

//go:embed data
var data embed.FS

// opener opens a file that is to be read.
type opener func(name string) (io.ReadCloser, error)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	caches, _ := os.UserCacheDir() // without one it is the working directory
	var j Job
	flag.StringVar(&j.StationsFile, "stations", "", "the `file` of the stations")
	flag.StringVar(&j.Database, "db", filepath.Join(caches, "baton-weather.db"), "the database to write")
	draw := flag.String("draw", "", "draw the pipeline instead, for `mermaid` or dot")
	flag.Parse()
	j.ReadingsFiles = flag.Args()
	if err := run(ctx, os.Stdout, j, *draw); err != nil {
		fmt.Fprintln(os.Stderr, "pipeline:", err)
		os.Exit(1)
	}
}

// run does the job, or draws what would do it.
func run(ctx context.Context, out io.Writer, j Job, draw string) error {
	open, err := choose(&j)
	if err != nil {
		return err
	}
	flow := weather(open)
	switch draw {
	case "":
	case "mermaid":
		_, err := io.WriteString(out, flow.Mermaid())
		return err
	case "dot":
		_, err := io.WriteString(out, flow.DOT())
		return err
	default:
		return fmt.Errorf("draw for mermaid or dot, not for %q", draw)
	}
	b := newBar(out, "weather")
	report, err := dataflow.Run[Report](ctx, flow, j, stack(b))
	b.end()
	if err != nil {
		return err
	}
	return report.print(out, j.Database)
}

// choose makes the files that come with the program those of the job, if it names none.
func choose(j *Job) (opener, error) {
	switch {
	case j.StationsFile != "" && len(j.ReadingsFiles) > 0:
		return func(name string) (io.ReadCloser, error) { return os.Open(name) }, nil
	case j.StationsFile != "" || len(j.ReadingsFiles) > 0:
		return nil, errors.New("name both: -stations file, and the files of the readings")
	}
	j.StationsFile = "data/stations.csv"
	j.ReadingsFiles = []string{"data/north.csv", "data/south.csv", "data/coast.csv"}
	return func(name string) (io.ReadCloser, error) { return data.Open(name) }, nil
}

// stack carries the pipeline out. Writing is tried again, for somebody else may be reading the database; the rest is
// not, for a file is not there the next time either.
func stack(b *bar) executor.Executor {
	next := combinators.Chain(
		executor.System,
		combinators.Named("write", combinators.Retried(combinators.Retry{
			Schedule: backoff.Exponential(50*time.Millisecond, 2).UpTo(4),
		})),
		dataflow.Steps,
	)(executor.NewMux())
	watched := executor.NewMux(executor.OnVoid(func(_ context.Context, p actions.Progress) error {
		b.show(int(p.Done), int(p.Total))
		return nil
	})).Else(next)
	return combinators.Parallelize()(watched)
}
