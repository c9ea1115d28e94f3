package main

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"time"
)

func (b *bench) print(w io.Writer) {
	fmt.Fprintf(w, "%d rounds of %v for each measurement, %s, %s/%s, %d processors, %s\n", b.rounds, b.d,
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), time.Now().UTC().Format(time.DateOnly))
	b.printRates(w)
	b.printLatencies(w)
}

func (b *bench) printRates(w io.Writer) {
	fmt.Fprint(w, "\n| | steps a second | floor | ratio | goal | from, to | µs of CPU a step | floor | ratio |\n",
		"|---|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	for _, m := range b.measures {
		ratios := m.ratios(func(s *sample) float64 { return s.rate() })
		cpu := func(s *sample) float64 { return s.per(float64(s.cpu) / 1e3) }
		fmt.Fprintf(w, "| %s | %.0f | %.0f | %.2f | %s | %.2f, %.2f | %.1f | %.1f | %.2f |\n", m.name,
			of(m.samples, (*sample).rate), of(m.floors, (*sample).rate), median(ratios), m.goal,
			slices.Min(ratios), slices.Max(ratios),
			of(m.samples, cpu), of(m.floors, cpu), median(m.ratios(cpu)))
	}
	fmt.Fprint(w, "\n| for each step | transactions | records | bytes written | floor | allocations | writes in a "+
		"transaction | reads a run |\n|---|--:|--:|--:|--:|--:|--:|--:|\n")
	for _, m := range b.measures {
		c := func(f func(c counts) int64) func(*sample) float64 {
			return func(s *sample) float64 { return s.per(float64(f(s.counts))) }
		}
		bytes := func(s *sample) float64 { return s.per(float64(s.bytes)) }
		fmt.Fprintf(w, "| %s | %.3f | %.3f | %.0f | %.0f | %.1f | %.1f | %.2f |\n", m.name,
			of(m.samples, c(func(c counts) int64 { return c.commits + c.others })),
			of(m.samples, c(func(c counts) int64 { return c.records })),
			of(m.samples, bytes), of(m.floors, bytes),
			of(m.samples, func(s *sample) float64 { return s.per(float64(s.mallocs)) }),
			of(m.samples, func(s *sample) float64 { return float64(s.counts.writes) / float64(max(1, s.counts.commits)) }),
			of(m.samples, func(s *sample) float64 { return float64(s.counts.reads) / float64(max(1, s.runs)) }))
	}
}

func (b *bench) printLatencies(w io.Writer) {
	fmt.Fprint(w, "\n| | p50 µs | p99 µs | floor p50 | floor p99 |\n|---|--:|--:|--:|--:|\n")
	for _, m := range b.measures {
		if len(m.samples[0].took) == 0 {
			continue
		}
		rows := map[string][]sample{m.name: m.samples}
		if first := b.first[m.name]; first != nil {
			rows[m.name+", to the first step"] = first
		}
		for _, name := range sortedKeys(rows) {
			fmt.Fprintf(w, "| %s | %.1f | %.1f | %.1f | %.1f |\n", name, of(rows[name], took(50)), of(rows[name], took(99)),
				of(m.floors, took(50)), of(m.floors, took(99)))
		}
	}
}

// took is a percentile of what steps took, in microseconds.
func took(percent int) func(s *sample) float64 {
	return func(s *sample) float64 {
		if len(s.took) == 0 {
			return 0
		}
		slices.Sort(s.took)
		return float64(s.took[(len(s.took)-1)*percent/100]) / 1e3
	}
}

// ratios are those of the rounds: of a sample to the mean of the floors on both sides of it.
func (m *measure) ratios(f func(*sample) float64) []float64 {
	ratios := make([]float64, len(m.samples))
	for i := range m.samples {
		ratios[i] = f(&m.samples[i]) / ((f(&m.floors[2*i]) + f(&m.floors[2*i+1])) / 2)
	}
	return ratios
}

// of is the median of the samples' values.
func of(samples []sample, f func(*sample) float64) float64 {
	values := make([]float64, len(samples))
	for i := range samples {
		values[i] = f(&samples[i])
	}
	return median(values)
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
