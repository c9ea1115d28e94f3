package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"

	"github.com/baton-go/baton/bench/internal/process"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/durable/store"
)

// waking opens the file in a process that is new, and waits until all runs have woken up and ended.
func waking(ctx context.Context, w io.Writer, path string, began time.Time, s *sleepers, c config) (err error) {
	st, rt, err := open(ctx, path, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rt.Close(ctx), st.Close()) }()
	opened := time.Since(began)
	if err := greet(ctx, rt); err != nil {
		return err
	}
	fmt.Fprintf(w, "a new process: open after %v, the first new run has ended after %v\n",
		opened.Round(time.Millisecond), time.Since(began).Round(time.Millisecond))
	heap := heap()
	fmt.Fprintf(w, "its memory while they sleep: %s resident, of which %s of heap: %.2f bytes a run\n",
		mebi(process.Resident()), mebi(heap), float64(heap)/float64(c.runs))

	cpu := process.CPU()
	for spread, crowd := s.awake(); spread+crowd < c.runs; spread, crowd = s.awake() {
		if err := pause(ctx, 10*time.Millisecond); err != nil {
			return err
		}
	}
	spread, crowd := s.awake()
	fmt.Fprintf(w, "woken up, %d spread out at %.0f a second: late by %s\n", spread, c.rate, s.lateness(false))
	fmt.Fprintf(w, "woken up, %d at once: %.0f a second\n", crowd, float64(crowd)/s.latest(true).Seconds())
	if err := counted(ctx, st, c.runs, store.Completed); err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	spread, crowd = s.awake()
	fmt.Fprintf(w, "all %d have ended: %d wake-ups, %v of CPU each; at most %s resident; %d bytes of the file each\n",
		c.runs, spread+crowd, c.each(process.CPU()-cpu), mebi(process.MostResident()), info.Size()/int64(c.runs))
	return nil
}

// greet has a run carried out from its start to its end.
func greet(ctx context.Context, rt *durable.Runtime) error {
	h, err := hello.Start(ctx, rt, 0)
	if err != nil {
		return err
	}
	_, err = h.Result(ctx)
	return err
}

// heap is how many bytes of the heap are in use.
func heap() int64 {
	runtime.GC()
	runtime.GC() // what pools have kept
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	return int64(mem.HeapAlloc)
}

func mebi(bytes int64) string { return fmt.Sprintf("%.0f MiB", float64(bytes)/(1<<20)) }
