package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"
)

// table is the benchmarks of one package.
type table struct {
	pkg  string
	rows []*row
}

// row is one benchmark with the measurements of its runs.
type row struct {
	group, name           string
	nanos, bytes, mallocs []float64
}

func (t *table) add(r *benchfmt.Result) {
	base, parts := r.Name.Parts()
	group := string(base)
	var names []string
	for _, p := range parts {
		if p[0] == '/' { // not the number of processors
			names = append(names, strings.ReplaceAll(string(p[1:]), "_", " "))
		}
	}
	name := strings.Join(names, "/")
	i := slices.IndexFunc(t.rows, func(r *row) bool { return r.group == group && r.name == name })
	if i < 0 {
		i = len(t.rows)
		t.rows = append(t.rows, &row{group: group, name: name})
	}
	measured := t.rows[i]
	seconds, _ := r.Value("sec/op")
	bytes, _ := r.Value("B/op")
	mallocs, _ := r.Value("allocs/op")
	measured.nanos = append(measured.nanos, seconds*1e9)
	measured.bytes = append(measured.bytes, bytes)
	measured.mallocs = append(measured.mallocs, mallocs)
}

func (t *table) print(w io.Writer) {
	fmt.Fprintf(w, "\n### %s\n\n| benchmark | ns | × the first | B | allocations |\n|---|--:|--:|--:|--:|\n", t.pkg)
	for _, r := range t.rows {
		first := t.rows[slices.IndexFunc(t.rows, func(f *row) bool { return f.group == r.group })]
		name, ratio := r.group, ""
		if r.name != "" {
			name += ": " + r.name
		}
		if r != first {
			ratio = fmt.Sprintf("%.2f", r.over(first))
		}
		fmt.Fprintf(w, "| %s | %s | %s | %.0f | %.0f |\n", name, nanos(median(r.nanos)), ratio, median(r.bytes),
			median(r.mallocs))
	}
}

// over is the median of the ratios of the runs of r to those of the floor.
func (r *row) over(floor *row) float64 {
	ratios := make([]float64, min(len(r.nanos), len(floor.nanos)))
	for i := range ratios {
		ratios[i] = r.nanos[i] / floor.nanos[i]
	}
	return median(ratios)
}

func nanos(n float64) string {
	switch {
	case n < 100:
		return fmt.Sprintf("%.1f", n)
	default:
		return fmt.Sprintf("%.0f", n)
	}
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
