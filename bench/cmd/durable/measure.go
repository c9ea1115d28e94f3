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

// sustained measures runs that go on without an end: what a step costs, and nothing else. Each run begins a step every
// so often, or at once if that is 0.
func sustained(ctx context.Context, open opener, runs int, every, d time.Duration) (s sample, err error) {
	l := &load{lanes: make([]lane, runs), every: every}
	for i := range l.lanes {
		l.lanes[i].took = make([]time.Duration, 0, 1<<18/runs)
	}
	flow := l.flow()
	r, err := open(ctx, flow)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, r.close(ctx)) }()
	numbers := make([]int, runs)
	for i := range numbers {
		numbers[i] = i
	}
	handles, err := flow.StartMany(ctx, r, numbers, nil)
	if err != nil {
		return s, err
	}
	defer l.stop.Store(true)
	if err := wait(ctx, d/10+10*time.Millisecond); err != nil {
		return s, err
	}
	l.record.Store(true)
	from := begin(r)
	before := l.steps()
	if err := wait(ctx, d); err != nil {
		return s, err
	}
	s.steps = l.steps() - before
	s.end(from, r)
	l.stop.Store(true)
	for _, h := range handles {
		if _, err := h.Result(ctx); err != nil {
			return s, err
		}
	}
	for i := range l.lanes {
		s.took = append(s.took, l.lanes[i].took...)
	}
	return s, nil
}

// whole measures runs from their starts to their results: as many clients as said start a run of so many steps, wait
// for its result, and start the next.
func whole(ctx context.Context, open opener, clients, steps int, d time.Duration) (s sample, err error) {
	r, err := open(ctx, straightFlow)
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, r.close(ctx)) }()
	var stop atomic.Bool
	var done atomic.Int64
	var all sync.WaitGroup
	errs := make([]error, clients+1)
	for i := range clients {
		all.Go(func() {
			for !stop.Load() && errs[i] == nil {
				if errs[i] = one(ctx, r, steps); errs[i] == nil {
					done.Add(1)
				}
			}
		})
	}
	err = wait(ctx, d/10+10*time.Millisecond)
	from := begin(r)
	before := done.Load()
	if err == nil {
		err = wait(ctx, d)
	}
	s.runs = done.Load() - before
	s.end(from, r)
	s.steps = s.counts.records
	stop.Store(true)
	all.Wait()
	errs[clients] = err
	return s, errors.Join(errs...)
}

func one(ctx context.Context, r *rig, steps int) error {
	h, err := straightFlow.Start(ctx, r, steps)
	if err != nil {
		return err
	}
	_, err = h.Result(ctx)
	return err
}

// starts measures, one run after the other, how long it takes from the call of Start to the first step, and to the
// result of a run of one step.
func starts(ctx context.Context, open opener, d time.Duration) (first, result sample, err error) {
	var stepped atomic.Int64
	origin := time.Now()
	flow := durable.Define("one", func(y actions.Yield, n int) (int, error) {
		stepped.Store(int64(time.Since(origin)))
		return orchestrate.Do(y, noop{N: n})
	})
	r, err := open(ctx, flow)
	if err != nil {
		return first, result, err
	}
	defer func() { err = errors.Join(err, r.close(ctx)) }()
	result, err = loop(d, func() error {
		began := time.Since(origin)
		h, err := flow.Start(ctx, r, 1)
		if err != nil {
			return err
		}
		_, err = h.Result(ctx)
		first.took = append(first.took, time.Duration(stepped.Load())-began)
		return err
	})
	return first, result, err
}

// wait waits.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
