package main

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// steps is how many a run has.
const steps = 100

// payload is what the handler of a step returns.
var payload = strings.Repeat("payload ", 8)

// errResult says that a run came to something else than the lengths of its payloads.
var errResult = errors.New("the run has not come to what its steps returned")

// track is what all runs of a peer go along, each in a lane of its own. The handler of a step calls step.
type track struct {
	gate   sync.RWMutex  // held while the floor has its turn: no step goes on
	opened time.Time     // when this turn began
	open   time.Duration // how long the gate was open in the turns before it
	over   atomic.Bool   // runs are to end
	lost   atomic.Bool   // a run has failed
	lanes  []lane
}

// lane is what is known of the run, one after the other, of one client.
type lane struct {
	mu    sync.Mutex
	begun bool          // the run has had a step
	last  time.Duration // when that was, by how long the gate was open
	steps int64
	took  []time.Duration
	_     [64]byte // from the lane of another processor
}

func newTrack(lanes int) *track { return &track{lanes: make([]lane, lanes)} }

// step is the handler of a step. Once it is over, the result is empty, and the run is to end.
func (t *track) step(number int) string {
	t.gate.RLock()
	defer t.gate.RUnlock()
	if t.over.Load() {
		return ""
	}
	l := &t.lanes[number]
	l.mu.Lock()
	defer l.mu.Unlock()
	now := t.open + time.Since(t.opened)
	if l.begun {
		l.took = append(l.took, now-l.last)
	}
	l.begun, l.last = true, now
	l.steps++
	return payload
}

// begin notes that a new run begins in a lane.
func (t *track) begin(number int) {
	l := &t.lanes[number]
	l.mu.Lock()
	defer l.mu.Unlock()
	l.begun = false
}

// check looks at what a run has come to: the sum of the lengths of what its steps returned.
func (t *track) check(sum int) error {
	if sum != steps*len(payload) && !t.over.Load() {
		return fmt.Errorf("%w: %d", errResult, sum)
	}
	return nil
}

// take has the runs go on for as long as d, or until there was a step, and tells how many there were, and what they
// took. It gives up after a minute without any, and if a run has failed.
func (t *track) take(d time.Duration) (s sample) {
	for i := range t.lanes {
		t.lanes[i].steps, t.lanes[i].took = 0, nil
	}
	t.opened = time.Now()
	for s.steps == 0 && s.elapsed < patience && !t.lost.Load() {
		t.gate.Unlock()
		<-time.After(d)
		t.gate.Lock()
		for i := range t.lanes {
			s.steps += t.lanes[i].steps
			s.took = append(s.took, t.lanes[i].took...)
		}
		s.elapsed = time.Since(t.opened)
	}
	t.open += s.elapsed
	return s
}

// walk is the workflow: steps one after the other, and the sum of the lengths of what they return.
func walk(step func() (string, error)) (sum int, err error) {
	for range steps {
		s, err := step()
		if err != nil {
			return sum, err
		}
		if s == "" {
			break
		}
		sum += len(s)
	}
	return sum, nil
}
