package memory

import (
	"cmp"
	"container/heap"
	"slices"

	"github.com/baton-go/baton/durable/store"
)

// share is what may be claimed of a queue.
type share struct {
	store.Share
	lanes []*lane // of the flows that are claimed
	taken int
	// How many runs of the queue have a lease that has not run out, of all and of each key.
	leased int
	byKey  map[string]int
	// fair are the piles of the lanes, if there is a limit for each key.
	fair turns
}

type shares []*share

func (s *Store) shares(c store.Claim, now moment) shares {
	all := make(shares, len(c.Queues))
	limited := map[string]*share{}
	for i, q := range c.Queues {
		all[i] = &share{Share: q, byKey: map[string]int{}}
		if q.Total > 0 || q.PerKey > 0 {
			limited[q.Queue] = all[i]
		}
		seen := map[string]bool{}
		for _, flow := range c.Flows {
			if l := s.flows[flow][q.Queue]; l != nil && !seen[flow] {
				all[i].lanes = append(all[i].lanes, l)
			}
			seen[flow] = true
		}
	}
	if len(limited) == 0 {
		return all
	}
	for _, o := range s.owners {
		for _, r := range o.rows {
			if q := limited[r.lane.queue]; q != nil && r.due > now {
				q.leased++
				q.byKey[r.rare().key]++
			}
		}
	}
	return all
}

func (all shares) begin(now moment) {
	for _, q := range all {
		if q.PerKey > 0 {
			q.begin(now)
		}
	}
}

func (all shares) choose(now moment) *row {
	var most *row
	var from *share
	for _, q := range all {
		if q.Max > 0 && q.taken >= q.Max {
			continue
		}
		if r := q.first(now); r != nil && (most == nil || moreUrgent(r, most)) {
			most, from = r, q
		}
	}
	if most != nil {
		from.taken++
		from.leased++
		from.byKey[most.rare().key]++
	}
	return most
}

func (all shares) left(now moment) bool {
	for _, q := range all {
		if q.first(now) != nil {
			return true
		}
	}
	return false
}

// first returns the run of the queue that may be claimed next, or nil if there is none.
func (q *share) first(now moment) *row {
	switch {
	case q.Total > 0 && q.leased >= q.Total:
		return nil
	case q.PerKey > 0:
		return q.fairest(now)
	}
	return mostUrgent(q.lanes, now)
}

// turn is whose turn it is: a pile of runs with one key, as it stood when it was put into the heap.
type turn struct {
	pile   *pile
	first  *row
	leased int  // with this key
	behind bool // its key is behind that of the last one
}

// turns is a heap of turns.
type turns []turn

func (q *share) begin(now moment) {
	for _, l := range q.lanes {
		for _, p := range slices.Clone(l.ready.piles) {
			if r := p.ready(now); r != nil {
				q.fair = append(q.fair, turn{p, r, q.byKey[p.key], p.key > q.After})
			}
		}
	}
	heap.Init(&q.fair)
}

// fairest returns the first run of those whose key has room. What has changed since a turn was put into the heap has
// made it later, never earlier: so the first one whose turn is still what it was is the first of all.
func (q *share) fairest(now moment) *row {
	for len(q.fair) > 0 {
		t := &q.fair[0]
		first, leased := t.pile.ready(now), 0
		if first != nil {
			leased = q.byKey[t.pile.key]
		}
		switch {
		case first == nil || leased >= q.PerKey:
			heap.Pop(&q.fair)
		case first == t.first && leased == t.leased:
			return first
		default:
			t.first, t.leased = first, leased
			heap.Fix(&q.fair, 0)
		}
	}
	return nil
}

// Len is part of heap.Interface.
func (t turns) Len() int { return len(t) }

// Less is part of heap.Interface.
func (t turns) Less(i, j int) bool {
	a, b := &t[i], &t[j]
	c := cmp.Or(cmp.Compare(b.first.priority, a.first.priority), cmp.Compare(a.leased, b.leased))
	if c == 0 && a.behind != b.behind {
		return a.behind
	}
	c = cmp.Or(c, cmp.Compare(a.pile.key, b.pile.key))
	return c < 0 || c == 0 && moreUrgent(a.first, b.first)
}

// Swap is part of heap.Interface.
func (t turns) Swap(i, j int) { t[i], t[j] = t[j], t[i] }

// Push is part of heap.Interface.
func (t *turns) Push(x any) { *t = append(*t, x.(turn)) }

// Pop is part of heap.Interface.
func (t *turns) Pop() any {
	last := len(*t) - 1
	popped := (*t)[last]
	*t = (*t)[:last]
	return popped
}
