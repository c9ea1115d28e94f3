package main

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable"
	"github.com/baton-go/baton/orchestrate"
)

// nap is the input of a run: until when it sleeps, in microseconds since 1970, and whether many do so until then.
type nap struct {
	Until int64
	Crowd bool `json:",omitempty"`
}

// sleepers carry out runs that sleep, and notes when they wake up.
type sleepers struct {
	mu    sync.Mutex
	late  map[bool][]time.Duration // by Crowd
	asked int                      // that went to sleep, or went on with it
}

func newSleepers() *sleepers { return &sleepers{late: map[bool][]time.Duration{}} }

func (s *sleepers) flow() durable.Flow[nap, string] { return durable.Define("sleeper", s.sleep) }

func (s *sleepers) sleep(y actions.Yield, n nap) (string, error) {
	now, err := orchestrate.Do(y, actions.Now{})
	if err != nil {
		return "", err
	}
	s.count(func() { s.asked++ })
	until := time.UnixMicro(n.Until)
	if _, err := orchestrate.Do(y, actions.Sleep{For: until.Sub(now)}); err != nil {
		return "", err
	}
	late := time.Since(until)
	s.count(func() { s.late[n.Crowd] = append(s.late[n.Crowd], late) })
	return "awake", nil
}

func (s *sleepers) count(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

// awake is how many have woken up.
func (s *sleepers) awake() (spread, crowd int) {
	s.count(func() { spread, crowd = len(s.late[false]), len(s.late[true]) })
	return spread, crowd
}

// lateness describes how late runs woke up.
func (s *sleepers) lateness(crowd bool) string {
	var late []time.Duration
	s.count(func() { late = slices.Sorted(slices.Values(s.late[crowd])) })
	if len(late) == 0 {
		return "none"
	}
	at := func(percent int) time.Duration {
		return late[(len(late)-1)*percent/100].Round(100 * time.Microsecond)
	}
	return fmt.Sprintf("p50 %v, p99 %v, at most %v", at(50), at(99), at(100))
}

// latest is by how much the last one was late.
func (s *sleepers) latest(crowd bool) (d time.Duration) {
	s.count(func() { d = slices.Max(append(s.late[crowd], 1)) })
	return d
}

// hello is a run that shows that the process works.
var hello = durable.Define("hello", func(actions.Yield, int) (string, error) { return "hello", nil })
