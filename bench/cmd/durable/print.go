package main

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"time"
)

func (c config) print(w io.Writer, all []*measure) {
	fmt.Fprintf(w, "%d rounds of %d turns of about %v, %s, %s/%s, %d processors, %s\n", c.rounds, c.slices, c.d,
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), time.Now().UTC().Format(time.DateOnly))
	fmt.Fprint(w, "\n| | steps a second | floor | ratio | goal | middle half | µs of CPU a step | floor | ratio |\n",
		"|---|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	for _, m := range all {
		fmt.Fprintf(w, "| %s | %.0f | %.0f | %s | %s | %s to %s | %.1f | %s | %s |\n", m.name,
			of(m.rounds, (*sample).rate), of(m.floors, (*sample).rate), digits(quantile(m.ratios, 0.5)), m.goal,
			digits(quantile(m.ratios, 0.25)), digits(quantile(m.ratios, 0.75)),
			of(m.rounds, (*sample).cpuEach), digits(of(m.floors, (*sample).cpuEach)), digits(quantile(m.cpus, 0.5)))
	}
	fmt.Fprint(w, "\n| for each step | transactions | records | bytes written | floor | allocations | writes in a "+
		"transaction | reads a run |\n|---|--:|--:|--:|--:|--:|--:|--:|\n")
	for _, m := range all {
		fmt.Fprintf(w, "| %s | %.3f | %.3f | %.0f | %.0f | %.1f | %.1f | %.1f |\n", m.name,
			of(m.rounds, each(func(s *sample) int64 { return s.counts.commits + s.counts.others })),
			of(m.rounds, each(func(s *sample) int64 { return s.counts.records })),
			of(m.rounds, each(func(s *sample) int64 { return s.bytes })),
			of(m.floors, each(func(s *sample) int64 { return s.bytes })),
			of(m.rounds, each(func(s *sample) int64 { return s.mallocs })),
			of(m.rounds, func(s *sample) float64 { return float64(s.counts.writes) / float64(max(1, s.counts.commits)) }),
			of(m.rounds, func(s *sample) float64 { return float64(s.counts.reads) / float64(max(1, s.runs)) }))
	}
	fmt.Fprint(w, "\n| µs | p50 | p99 | floor p50 | floor p99 |\n|---|--:|--:|--:|--:|\n")
	for _, m := range all {
		if len(m.rounds[0].first) > 0 {
			m.printLatency(w, ", to the first step", func(s *sample) []time.Duration { return s.first })
		}
		if len(m.rounds[0].took) > 0 {
			m.printLatency(w, "", func(s *sample) []time.Duration { return s.took })
		}
	}
}

func (m *measure) printLatency(w io.Writer, what string, took func(*sample) []time.Duration) {
	at := func(q float64, took func(*sample) []time.Duration) func(*sample) float64 {
		return func(s *sample) float64 { return micros(took(s), q) }
	}
	floor := func(s *sample) []time.Duration { return s.took }
	fmt.Fprintf(w, "| %s%s | %.1f | %.1f | %.1f | %.1f |\n", m.name, what, of(m.rounds, at(0.5, took)),
		of(m.rounds, at(0.99, took)), of(m.floors, at(0.5, floor)), of(m.floors, at(0.99, floor)))
}

// micros is a quantile of durations, in microseconds.
func micros(all []time.Duration, q float64) float64 {
	values := make([]float64, len(all))
	for i, d := range all {
		values[i] = float64(d) / 1e3
	}
	return quantile(values, q)
}

func each(f func(*sample) int64) func(*sample) float64 {
	return func(s *sample) float64 { return s.per(float64(f(s))) }
}

// of is the median of the samples' values.
func of(samples []sample, f func(*sample) float64) float64 {
	values := make([]float64, len(samples))
	for i := range samples {
		values[i] = f(&samples[i])
	}
	return quantile(values, 0.5)
}

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

// digits shows a number with what is significant of it.
func digits(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	case v >= 0.1 || v == 0:
		return fmt.Sprintf("%.2f", v)
	default:
		return fmt.Sprintf("%.4f", v)
	}
}
