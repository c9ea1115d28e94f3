package main

import (
	"runtime"
	"time"

	"github.com/baton-go/baton/bench/internal/process"
)

// sample is one measurement.
type sample struct {
	steps   int64
	runs    int64 // that have ended, where that was waited for
	elapsed time.Duration
	cpu     time.Duration // of the process
	bytes   int64         // that the process has written
	mallocs int64
	counts  counts
	took    []time.Duration
}

// mark is a moment at which a measurement begins or ends.
type mark struct {
	at             time.Time
	cpu            time.Duration
	bytes, mallocs int64
	counts         counts
}

// now is this moment; the rig may be nil.
func now(r *rig) mark {
	m := mark{at: time.Now()}
	if r != nil {
		m.counts = r.store.counts()
	}
	m.cpu, m.bytes = process.CPU(), process.Written()
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	m.mallocs = int64(mem.Mallocs)
	return m
}

// begin notes where a measurement begins.
func begin(r *rig) mark {
	m := now(r)
	m.at = time.Now()
	if r != nil {
		m.counts = r.store.counts()
	}
	return m
}

// end notes what has happened since the measurement began.
func (s *sample) end(from mark, r *rig) {
	to := now(r)
	s.elapsed = to.at.Sub(from.at)
	s.cpu = to.cpu - from.cpu
	s.bytes = to.bytes - from.bytes
	s.mallocs = to.mallocs - from.mallocs
	s.counts = to.counts.minus(from.counts)
}

// rate is how many steps a second there were.
func (s *sample) rate() float64 { return float64(s.steps) / s.elapsed.Seconds() }

// per divides by the steps.
func (s *sample) per(n float64) float64 { return n / float64(max(s.steps, 1)) }
