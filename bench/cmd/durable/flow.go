package main

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
)

// noop is an action whose handler does nothing.
type noop struct {
	actions.Returns[int]
	N int
}

func mux() executor.Executor {
	return executor.NewMux(executor.On(func(_ context.Context, a noop) (int, error) { return a.N, nil }))
}

// straight is a workflow of n steps.
func straight(y actions.Yield, n int) (int, error) {
	sum := 0
	for i := range n {
		v, err := orchestrate.Do(y, noop{N: i})
		if err != nil {
			return sum, err
		}
		sum += v
	}
	return sum, nil
}

var straightFlow = durable.Define("straight", straight)

// load is what runs that go on until they are told to stop have in common. Their code looks at a flag and at clocks,
// which no real workflow may do: they are never replayed.
type load struct {
	stop, record atomic.Bool
	lanes        []lane
	every        time.Duration // between two steps of a run; 0 is no pause
}

// lane is what is known of one run.
type lane struct {
	steps atomic.Int64
	took  []time.Duration // of the steps while record was set
	_     [64]byte        // from the lane of another processor
}

func (l *load) flow() durable.Flow[int, int] { return durable.Define("load", l.run) }

func (l *load) run(y actions.Yield, number int) (int, error) {
	at := &l.lanes[number]
	pace := newPace(l.every, number, len(l.lanes))
	for n := 0; !l.stop.Load(); n++ {
		pace.wait()
		record := l.record.Load()
		var began time.Time
		if record {
			began = time.Now()
		}
		if _, err := orchestrate.Do(y, noop{N: n}); err != nil {
			return n, err
		}
		if record {
			at.took = append(at.took, time.Since(began))
		}
		at.steps.Add(1)
	}
	return 0, nil
}

func (l *load) steps() (n int64) {
	for i := range l.lanes {
		n += l.lanes[i].steps.Load()
	}
	return n
}

// pace has steps begin at regular times, not the same for all runs.
type pace struct {
	every time.Duration
	next  time.Time
	timer *time.Timer
}

func newPace(every time.Duration, number, of int) *pace {
	return &pace{every: every, next: time.Now().Add(every * time.Duration(number) / time.Duration(of))}
}

// wait waits for the next time. One that was missed is not made up for.
func (p *pace) wait() {
	if p.every == 0 {
		return
	}
	if left := time.Until(p.next); left > 0 {
		if p.timer == nil {
			p.timer = time.NewTimer(left)
		} else {
			p.timer.Reset(left)
		}
		<-p.timer.C
	}
	p.next = p.next.Add(p.every)
	if now := time.Now(); p.next.Before(now) {
		p.next = now
	}
}
