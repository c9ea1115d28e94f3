package main

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/orchestrate"
)

// whole is a subject of runs from their starts to their results: as many clients as said start a run of so many steps,
// wait for its result, and start the next.
type whole struct {
	*rig
	clients, steps int
	each           int // runs of each client in a turn
}

func newWhole(ctx context.Context, open opener, clients, steps int) (*whole, error) {
	r, err := open(ctx, straightFlow)
	return &whole{r, clients, steps, 1}, err
}

func (w *whole) slice(ctx context.Context, d time.Duration) (s sample, err error) {
	errs := make([]error, w.clients)
	var all sync.WaitGroup
	from := begin(w.rig)
	for i := range w.clients {
		all.Go(func() {
			for n := 0; n < w.each && errs[i] == nil; n++ {
				errs[i] = w.one(ctx)
			}
		})
	}
	all.Wait()
	s.end(from, w.rig)
	s.runs = int64(w.clients * w.each)
	s.steps = s.runs * int64(w.steps)
	w.each = fitting(w.each, s.elapsed, d)
	return s, errors.Join(errs...)
}

func (w *whole) one(ctx context.Context) error {
	h, err := straightFlow.Start(ctx, w.rig, w.steps)
	if err != nil {
		return err
	}
	_, err = h.Result(ctx)
	return err
}

// starts is a subject of runs of one step, one after the other: how long it takes from the call of Start to the first
// step, and to the result.
type starts struct {
	*rig
	flow    durable.Flow[int, int]
	origin  time.Time
	stepped atomic.Int64 // since the origin
}

func newStarts(ctx context.Context, open opener) (*starts, error) {
	s := &starts{origin: time.Now()}
	s.flow = durable.Define("one", func(y actions.Yield, n int) (int, error) {
		s.stepped.Store(int64(time.Since(s.origin)))
		return orchestrate.Do(y, noop{N: n})
	})
	var err error
	s.rig, err = open(ctx, s.flow)
	return s, err
}

func (s *starts) slice(ctx context.Context, d time.Duration) (sample, error) {
	var first []time.Duration
	all, err := repeat(s.rig, d, func() error {
		began := time.Since(s.origin)
		h, err := s.flow.Start(ctx, s.rig, 1)
		if err != nil {
			return err
		}
		_, err = h.Result(ctx)
		first = append(first, time.Duration(s.stepped.Load())-began)
		return err
	})
	all.runs, all.first = all.steps, first
	return all, err
}
