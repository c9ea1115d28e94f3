package main

import (
	"cmp"
	"fmt"
	"io"
	"runtime"
	"slices"
	"time"
)

// printTables prints what was measured at one kind of site.
func printTables(w io.Writer, c config, at string, all []*measure) {
	fmt.Fprintf(w, "\n%s, %d turns of %v each, %s, %s/%s, %d processors, %s\n\n", at, c.turns, c.turn, runtime.Version(),
		runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), time.Now().UTC().Format(time.DateOnly))
	fmt.Fprintf(w, "| %s | 1 run: steps a second | × the floor | p50, ms | p99 | %d runs: steps a second | "+
		"× the floor | p50, ms | p99 |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|\n", at, many)
	good := slices.DeleteFunc(slices.Clone(all), func(m *measure) bool { return m.err != nil })
	for _, m := range good {
		fmt.Fprintf(w, "| %s | %s | %s |\n", title(m.peer), m.alone.row(), m.crowd.row())
	}
	if len(good) > 0 {
		f := good[0]
		fmt.Fprintf(w, "| the floor (beside %s) | %s | %s |\n", f.name, f.alone.floorRow(), f.crowd.floorRow())
	}
	printCosts(w, good)
	printBest(w, good)
	fmt.Fprint(w, "What was set, and in brackets what each comes with:\n\n")
	for _, m := range good {
		fmt.Fprintf(w, "- %s: %s.\n", m.name, m.settings)
	}
}

func title(p peer) string { return p.name + " " + version(p.module) }

func (p *phase) row() string {
	return fmt.Sprintf("%s | %s | %s | %s", digits(median(p.rates)), digits(median(p.ratios)), digits(p.all.millis(0.5)),
		digits(p.all.millis(0.99)))
}

func (p *phase) floorRow() string {
	return fmt.Sprintf("%s | 1 | %s | %s", digits(median(p.floors)), digits(p.floor.millis(0.5)),
		digits(p.floor.millis(0.99)))
}

// printCosts prints what a step costs: of the process, and of the server, if there is one.
func printCosts(w io.Writer, all []*measure) {
	server := slices.ContainsFunc(all, func(m *measure) bool { return m.alone.all.counts != counts{} })
	head, line := "CPU, µs", "--:|"
	if server {
		head, line = "CPU, µs | statements | transactions | bytes of WAL", "--:|--:|--:|--:|"
	}
	fmt.Fprintf(w, "\n| for each step | 1 run: %s | %d runs: %s |\n|---|%s%s\n", head, many, head, line, line)
	for _, m := range all {
		fmt.Fprintf(w, "| %s | %s | %s |\n", m.name, m.alone.all.costs(server), m.crowd.all.costs(server))
	}
}

func (s *sample) costs(server bool) string {
	cpu := digits(s.per(float64(s.cpu) / 1e3))
	if !server {
		return cpu
	}
	return fmt.Sprintf("%s | %s | %s | %s", cpu, digits(s.per(float64(s.counts.statements))),
		digits(s.per(float64(s.counts.transactions))), digits(s.per(float64(s.counts.wal))))
}

// printBest compares the first, which is Baton, with the best of the others, by what each is of its floor. Whoever has
// no step durable before the next one is in no comparison.
func printBest(w io.Writer, all []*measure) {
	fmt.Fprintln(w)
	others := slices.DeleteFunc(slices.Clone(all), func(m *measure) bool { return m.late })
	if len(others) < 2 || others[0].module != batonPeer.module {
		return
	}
	others = others[1:]
	best := func(of func(m *measure) float64) string {
		first := slices.MaxFunc(others, func(a, b *measure) int { return cmp.Compare(of(a), of(b)) })
		return fmt.Sprintf("%s times %s", digits(of(all[0])/of(first)), first.name)
	}
	fmt.Fprintf(w, "Baton beside the best of those that have each step durable before the next, by their ratios to the "+
		"floor: with one run %s, with %d %s.\n\n",
		best(func(m *measure) float64 { return median(m.alone.ratios) }), many,
		best(func(m *measure) float64 { return median(m.crowd.ratios) }))
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
