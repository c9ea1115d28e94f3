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

// load is a subject of runs that go on without an end, and take turns with the floor: what a step costs, and nothing
// else. Their code looks at clocks and waits for each other, which no real workflow may do: they are never replayed.
type load struct {
	*rig
	lanes  []lane
	failed atomic.Bool
	steps  int // of each run in a turn

	mu   sync.Mutex
	cond *sync.Cond
	turn turn
	done sync.WaitGroup // runs that have not ended the turn
}

// turn is what each run is to do next.
type turn struct {
	number, steps int
	every         time.Duration // between the beginnings of two steps of a run; 0 is no pause
	over          bool
}

// lane is what is known of one run.
type lane struct {
	took []time.Duration // of the steps of a turn
	_    [64]byte        // from the lane of another processor
}

func newLoad(ctx context.Context, open opener, runs int) (*load, error) {
	l := &load{lanes: make([]lane, runs), steps: 4}
	l.cond = sync.NewCond(&l.mu)
	flow := durable.Define("load", l.run)
	var err error
	if l.rig, err = open(ctx, flow); err != nil {
		return nil, err
	}
	numbers := make([]int, runs)
	for i := range numbers {
		numbers[i] = i
	}
	_, err = flow.StartMany(ctx, l.rig, numbers, nil)
	if err == nil {
		_, err = l.take(l.steps, 0)
	}
	if err != nil {
		return nil, errors.Join(err, l.close(ctx))
	}
	return l, nil
}

// run is the workflow.
func (l *load) run(y actions.Yield, number int) (int, error) {
	ended := true
	defer func() {
		if !ended {
			l.failed.Store(true)
			l.done.Done()
		}
	}()
	for n := 1; ; n++ {
		t := l.await(n)
		if t.over {
			return n, nil
		}
		ended = false
		if err := l.lanes[number].walk(y, t, newPace(t.every, number, len(l.lanes))); err != nil {
			return n, err
		}
		ended = true
		l.done.Done()
	}
}

func (l *lane) walk(y actions.Yield, t turn, p *pace) error {
	for n := range t.steps {
		p.wait()
		began := time.Now()
		if _, err := orchestrate.Do(y, noop{N: n}); err != nil {
			return err
		}
		l.took = append(l.took, time.Since(began))
	}
	return nil
}

// await waits for the nth turn.
func (l *load) await(n int) turn {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.turn.number < n && !l.turn.over {
		l.cond.Wait()
	}
	return l.turn
}

// take has all runs take a turn of so many steps.
func (l *load) take(steps int, every time.Duration) (s sample, err error) {
	l.done.Add(len(l.lanes))
	from := begin(l.rig)
	l.mu.Lock()
	l.turn = turn{number: l.turn.number + 1, steps: steps, every: every}
	l.cond.Broadcast()
	l.mu.Unlock()
	l.done.Wait()
	s.end(from, l.rig)
	if l.failed.Load() {
		return s, errors.New("a run has failed")
	}
	s.steps = int64(steps * len(l.lanes))
	for i := range l.lanes {
		s.took = append(s.took, l.lanes[i].took...)
		l.lanes[i].took = l.lanes[i].took[:0]
	}
	return s, nil
}

// slice takes a turn of about that time.
func (l *load) slice(_ context.Context, d time.Duration) (sample, error) {
	s, err := l.take(l.steps, 0)
	l.steps = fitting(l.steps, s.elapsed, d)
	return s, err
}

// fitting is how many steps would have taken about that time. It grows carefully.
func fitting(steps int, took, want time.Duration) int {
	return max(1, min(16*steps, int(float64(steps)*float64(want)/float64(max(took, 1)))))
}

func (l *load) close(ctx context.Context) error {
	l.mu.Lock()
	l.turn.over = true
	l.cond.Broadcast()
	l.mu.Unlock()
	return l.rig.close(ctx)
}

// paced is a load of which every run begins its steps at regular times, at half of the rate that all have just then.
type paced struct{ *load }

func (p paced) slice(ctx context.Context, d time.Duration) (sample, error) {
	full, err := p.load.slice(ctx, d/2)
	if err != nil {
		return full, err
	}
	every := time.Duration(2 * float64(len(p.lanes)) / full.rate() * float64(time.Second))
	return p.take(max(2, int(d/max(every, 1))), every)
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
