package main

import (
	"slices"
	"time"
)

// sample is a turn, or several together.
type sample struct {
	steps   int64
	elapsed time.Duration
	cpu     time.Duration // of the process
	counts  counts
	took    []time.Duration // by a step
}

func (s *sample) add(o sample) {
	s.steps += o.steps
	s.elapsed += o.elapsed
	s.cpu += o.cpu
	s.counts = s.counts.plus(o.counts)
	s.took = append(s.took, o.took...)
}

// rate is how many steps a second there were.
func (s *sample) rate() float64 { return float64(s.steps) / s.elapsed.Seconds() }

// per divides by the steps.
func (s *sample) per(n float64) float64 { return n / float64(max(s.steps, 1)) }

// millis is a quantile of what steps took, in milliseconds.
func (s *sample) millis(q float64) float64 {
	values := make([]float64, len(s.took))
	for i, d := range s.took {
		values[i] = float64(d) / 1e6
	}
	return quantile(values, q)
}

// phase is what a peer and its floor came to with so many runs at a time.
type phase struct {
	all, floor            sample    // the turns together
	rates, floors, ratios []float64 // of each turn
}

// add adds a turn of the peer, and those of the floor before and after it.
func (p *phase) add(one, before, after sample) {
	p.all.add(one)
	p.floor.add(after)
	p.rates = append(p.rates, one.rate())
	p.floors = append(p.floors, after.rate())
	p.ratios = append(p.ratios, 2*one.rate()/(before.rate()+after.rate()))
}

func median(values []float64) float64 { return quantile(values, 0.5) }

// quantile is the value below which that share of the values is; of two in the middle it is their mean.
func quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	at := q * float64(len(sorted)-1)
	low := int(at)
	high := min(low+1, len(sorted)-1)
	return sorted[low] + (at-float64(low))*(sorted[high]-sorted[low])
}
