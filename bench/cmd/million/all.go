package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"github.com/baton-go/baton/bench/internal/process"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/sqlite"
	"github.com/baton-go/baton/executor"
)

type config struct {
	runs         int
	rate, spread float64
	dir          string
	fill         time.Duration
	profiles     string
}

// all puts the runs to sleep, and has another process wake them up.
func all(ctx context.Context, w io.Writer, c config) (err error) {
	dir, err := os.MkdirTemp(c.dir, "baton-million-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	fmt.Fprintf(w, "%d runs, %s, %s/%s, %d processors, %s\n\n", c.runs, runtime.Version(), runtime.GOOS,
		runtime.GOARCH, runtime.NumCPU(), time.Now().UTC().Format(time.DateOnly))
	if c.fill == 0 {
		const few = 10_000
		took, err := lull(ctx, filepath.Join(dir, "few.db"), newSleepers(), naps(few, time.Now().Add(time.Hour), c))
		if err != nil {
			return err
		}
		c.fill = 20*time.Second + time.Duration(float64(took)*float64(c.runs)/few*3/2)
	}
	due := time.Now().Add(c.fill)
	path := filepath.Join(dir, "million.db")
	cpu := process.CPU()
	took, err := lull(ctx, path, newSleepers(), naps(c.runs, due, c))
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "put to sleep in %v: %.0f a second, %v of CPU and %d bytes of the file each\n",
		took.Round(time.Millisecond), float64(c.runs)/took.Seconds(), c.each(process.CPU()-cpu),
		info.Size()/int64(c.runs))
	if left := time.Until(due); left < 0 {
		fmt.Fprintf(w, "that took longer than expected: some were due %v ago\n", -left)
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, self, "-n", strconv.Itoa(c.runs), "-rate", fmt.Sprint(c.rate),
		"-spread", fmt.Sprint(c.spread), "-profiles", c.profiles,
		"-wake", path, "-began", strconv.FormatInt(time.Now().UnixMicro(), 10))
	cmd.Stdout, cmd.Stderr = w, os.Stderr
	return cmd.Run()
}

// each is the share of one run.
func (c config) each(d time.Duration) time.Duration {
	return (d / time.Duration(c.runs)).Round(100 * time.Nanosecond)
}

// naps are the inputs of the runs. Those that are spread out are due from the given time on, the others all at once
// after those.
func naps(runs int, due time.Time, c config) []nap {
	all := make([]nap, runs)
	spread := int(float64(runs) * c.spread)
	each := time.Duration(float64(time.Second) / c.rate)
	crowd := due.Add(time.Duration(spread)*each + 2*time.Second).UnixMicro()
	for i := range all {
		all[i] = nap{Until: crowd, Crowd: true}
	}
	for i := range spread { // not in the order in which they were started
		all[i*runs/spread] = nap{Until: due.Add(time.Duration(i) * each).UnixMicro()}
	}
	return all
}

// open opens a store, and a runtime that carries out sleepers.
func open(ctx context.Context, path string, s *sleepers) (*sqlite.Store, *durable.Runtime, error) {
	st, err := sqlite.Open(ctx, path)
	if err != nil {
		return nil, nil, err
	}
	rt, err := durable.Open(ctx, st, executor.NewMux(), durable.Config{
		Flows: durable.Flows(s.flow(), hello),
		Log:   slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	if err != nil {
		return nil, nil, errors.Join(err, st.Close())
	}
	return st, rt, nil
}

// lull starts a run for each nap, and returns once all sleep and have left the memory.
func lull(ctx context.Context, path string, s *sleepers, naps []nap) (took time.Duration, err error) {
	began := time.Now()
	st, rt, err := open(ctx, path, s)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, rt.Close(ctx), st.Close()) }()
	const batch = 5000
	for from := 0; from < len(naps); from += batch {
		some := naps[from:min(from+batch, len(naps))]
		if _, err := s.flow().StartMany(ctx, rt, some, nil); err != nil {
			return 0, err
		}
		for s.asleep() < from-batch { // not all starts first, and all sleep later
			if err := pause(ctx, time.Millisecond); err != nil {
				return 0, err
			}
		}
	}
	err = counted(ctx, st, len(naps), store.Waiting, store.Completed)
	return time.Since(began), err
}

// counted returns once so many sleepers are in one of the statuses. To count them takes its time: it does little else
// but wait.
func counted(ctx context.Context, st *sqlite.Store, runs int, in ...store.Status) error {
	for {
		began := time.Now()
		counts, err := st.Count(ctx, store.Query{Flows: []string{"sleeper"}})
		if err != nil {
			return err
		}
		left := int64(runs)
		for _, status := range in {
			left -= counts[status].Runs
		}
		if left == 0 {
			return nil
		}
		if err := pause(ctx, 100*time.Millisecond+10*time.Since(began)); err != nil {
			return err
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (s *sleepers) asleep() (n int) {
	s.count(func() { n = s.asked })
	return n
}
