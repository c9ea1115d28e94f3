package durabletest

import (
	"cmp"
	"slices"
	"strings"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/internal/paths"
	"github.com/baton-go/baton/orchestrate/orchestratetest"
)

// ordered sorts a trace as its run went: by the numbers of the records. What has none was answered at once, behind
// what came before it on its strand, or before the group that the strand is a branch of.
func ordered(trace orchestratetest.Trace, records []store.Record) orchestratetest.Trace {
	o := order{
		records: map[string]int64{}, came: map[string]int64{}, inside: map[string]int64{}, group: map[string]string{},
	}
	for _, r := range records {
		if r.Kind == store.Step {
			o.records[r.Path] = r.N
		}
	}
	type numbered struct {
		orchestratetest.Call
		n int64
	}
	calls := make([]numbered, len(trace))
	for i, c := range trace.Sorted() {
		calls[i] = numbered{c, o.number(c)}
	}
	slices.SortStableFunc(calls, func(a, b numbered) int {
		return cmp.Or(cmp.Compare(a.n, b.n), paths.Compare(a.Path, b.Path))
	})
	sorted := make(orchestratetest.Trace, len(calls))
	for i, c := range calls {
		sorted[i] = c.Call
	}
	return sorted
}

// order numbers the calls of a run, which are given to it in the order of their paths.
type order struct {
	records map[string]int64  // numbers, by step
	came    map[string]int64  // the number that each strand has come to
	inside  map[string]int64  // the greatest number inside each group
	group   map[string]string // the last group on each strand
}

func (o *order) number(c orchestratetest.Call) int64 {
	strand := strandOf(c.Path)
	n := o.before(strand)
	if g, ok := o.group[strand]; ok { // which has ended
		n = max(n, o.inside[g])
	}
	if _, ok := c.Action.(actions.Group); ok {
		o.group[strand] = c.Path
		o.inside[c.Path] = n
	} else if at, ok := o.records[c.Path]; ok && !actions.IsAside(c.Action) {
		n = max(n, at)
	}
	o.came[strand] = n
	for s := strand; s != ""; s = strandOf(strandOf(s)) {
		g := strandOf(s)
		o.inside[g] = max(o.inside[g], n)
	}
	return n
}

// before is the number that a strand has come to, or else the one around it when the group began.
func (o *order) before(strand string) int64 {
	for {
		if n, ok := o.came[strand]; ok {
			return n
		}
		if strand == "" {
			return -1
		}
		strand = strandOf(strandOf(strand))
	}
}

// strandOf is the path of the branch that a step is on, or "". Of a branch it is the group.
func strandOf(path string) string { return path[:max(0, strings.LastIndexByte(path, '.'))] }
