package main

import (
	"runtime"
	"time"

	"github.com/baton-go/baton/bench/internal/process"
)

// sample is one measurement, or several together.
type sample struct {
	steps   int64
	runs    int64 // that have ended, where that was waited for
	elapsed time.Duration
	cpu     time.Duration // of the process
	bytes   int64         // that the process has written
	mallocs int64
	counts  counts
	took    []time.Duration // by a step; of starts by a run
	first   []time.Duration // from Start to the first step
}

// mark is a moment at which a measurement begins or ends.
type mark struct {
	at             time.Time
	cpu            time.Duration
	bytes, mallocs int64
	counts         counts
}

// begin notes where a measurement begins; the rig may be nil.
func begin(r *rig) mark {
	var mem runtime.MemStats
	runtime.ReadMemStats(&mem)
	m := mark{cpu: process.CPU(), bytes: process.Written(), mallocs: int64(mem.Mallocs)}
	if r != nil {
		m.counts = r.store.counts()
	}
	m.at = time.Now()
	return m
}

// end notes what has happened since the measurement began.
func (s *sample) end(from mark, r *rig) {
	s.elapsed = time.Since(from.at)
	to := begin(r)
	s.cpu = to.cpu - from.cpu
	s.bytes = to.bytes - from.bytes
	s.mallocs = to.mallocs - from.mallocs
	s.counts = to.counts.minus(from.counts)
}

// add adds a sample of the same.
func (s *sample) add(o sample) {
	s.steps += o.steps
	s.runs += o.runs
	s.elapsed += o.elapsed
	s.cpu += o.cpu
	s.bytes += o.bytes
	s.mallocs += o.mallocs
	s.counts = s.counts.plus(o.counts)
	s.took = append(s.took, o.took...)
	s.first = append(s.first, o.first...)
}

// rate is how many steps a second there were.
func (s *sample) rate() float64 { return float64(s.steps) / s.elapsed.Seconds() }

// per divides by the steps.
func (s *sample) per(n float64) float64 { return n / float64(max(s.steps, 1)) }

// cpuEach is how many microseconds of a processor a step has taken.
func (s *sample) cpuEach() float64 { return s.per(float64(s.cpu) / 1e3) }
