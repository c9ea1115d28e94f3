package shares

import (
	"cmp"
	"slices"
	"strings"

	"github.com/baton-go/baton/durable/store"
)

// Slot is what leases are counted for.
type Slot struct{ Queue, Key string }

// Due is a run that is due.
type Due[R any] struct {
	Slot
	Priority int64
	At       int64 // when it became due, in any unit
	// More says that others, with the same slot and priority, are due that come after this one and are not given.
	More bool
	Run  R
}

// Choose returns which of the runs a claim takes, in order, and whether others could be claimed but for a Max. The runs
// are of the claim's flows and queues; those that are equally urgent stay in the order in which they come. Leased are
// the leases that have not run out, of the queues that have limits. It changes the order of due.
func Choose[R any](c store.Claim, leased map[Slot]int, due []Due[R]) (chosen []R, left bool) {
	slices.SortStableFunc(due, urgency)
	lines := []*line[R]{{runs: due}}
	if len(c.Queues) > 0 {
		lines = divide(c.Queues, leased, due)
	}
	for len(chosen) < c.Max && !slices.ContainsFunc(lines, (*line[R]).blind) {
		var first *line[R]
		for _, l := range lines {
			if l.room() && (first == nil || urgency(l.runs[0], first.runs[0]) < 0) {
				first = l
			}
		}
		if first == nil {
			break
		}
		chosen = append(chosen, first.take())
	}
	return chosen, slices.ContainsFunc(lines, func(l *line[R]) bool { return l.more || len(l.runs) > 0 })
}

// urgency is the order of the runs of a claim without limits.
func urgency[R any](a, b Due[R]) int {
	return cmp.Or(cmp.Compare(b.Priority, a.Priority), cmp.Compare(a.At, b.At))
}

// line is the runs of one queue that Total and PerKey allow to be claimed, in order.
type line[R any] struct {
	runs []Due[R]
	max  int // how many of them may be taken, or 0
	// taken counts those that were. More says that others follow which are not known.
	taken int
	more  bool
}

func (l *line[R]) room() bool { return len(l.runs) > 0 && l.wants() }

func (l *line[R]) wants() bool { return l.max <= 0 || l.taken < l.max }

// blind tells whether it is not known which run of the line comes next.
func (l *line[R]) blind() bool { return l.more && len(l.runs) == 0 && l.wants() }

func (l *line[R]) take() R {
	first := l.runs[0].Run
	l.runs = l.runs[1:]
	l.taken++
	return first
}

// divide makes a line for each queue.
func divide[R any](queues []store.Share, leased map[Slot]int, due []Due[R]) []*line[R] {
	byQueue := map[string][]Due[R]{}
	for _, d := range due {
		byQueue[d.Queue] = append(byQueue[d.Queue], d)
	}
	total := map[string]int{}
	for slot, n := range leased {
		total[slot.Queue] += n
	}
	lines := make([]*line[R], 0, len(queues))
	for _, q := range queues {
		l := &line[R]{runs: byQueue[q.Queue], max: q.Max}
		if q.PerKey > 0 {
			l.byTurns(q, leased)
		}
		if room := q.Total - total[q.Queue]; q.Total > 0 && room <= len(l.runs) {
			l.runs, l.more = l.runs[:max(room, 0)], false
		}
		lines = append(lines, l)
	}
	return lines
}

// Turn is the order of keys of which as many are leased.
func Turn(q store.Share, a, b string) int {
	if behind := a > q.After; behind != (b > q.After) {
		if behind {
			return -1
		}
		return 1
	}
	return strings.Compare(a, b)
}

// byTurns puts the runs in the order in which those come first of whose key the fewest are leased, and leaves out those
// whose key has no room. The runs of a key keep their order, so each is taken when as many of its key are leased as
// were before, and as come before it: that is its turn.
func (l *line[R]) byTurns(q store.Share, leased map[Slot]int) {
	type turn struct {
		Due[R]
		n int
	}
	turns := make([]turn, 0, len(l.runs))
	before := map[string]int{}
	for _, d := range l.runs {
		if n := leased[d.Slot] + before[d.Key]; n < q.PerKey {
			d.More = d.More && n+1 < q.PerKey
			turns = append(turns, turn{d, n})
		}
		before[d.Key]++
	}
	slices.SortStableFunc(turns, func(a, b turn) int {
		return cmp.Or(cmp.Compare(b.Priority, a.Priority), cmp.Compare(a.n, b.n), Turn(q, a.Key, b.Key),
			cmp.Compare(a.At, b.At))
	})
	l.runs = l.runs[:0]
	for _, t := range turns {
		l.runs = append(l.runs, t.Due)
		if l.more = t.More; l.more { // whoever comes next may not be known
			return
		}
	}
}
