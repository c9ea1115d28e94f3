package memory

import "container/heap"

// heaps are piles of runs that are ready, one for each key, as a heap of which the first has the most urgent run. A
// pile that is empty is not there; one such is kept to be used again. The zero heaps are ready for use.
type heaps struct {
	piles []*pile
	byKey map[string]*pile
	spare *pile
}

// of returns the pile of a key, into which a run is about to be put.
func (h *heaps) of(key string) *pile {
	if p := h.byKey[key]; p != nil {
		return p
	}
	p := h.spare
	if p == nil {
		p = &pile{before: moreUrgent, within: h}
	}
	h.spare = nil
	p.key, p.index = key, -1
	return p
}

// first returns the pile that has the most urgent run, or nil.
func (h *heaps) first() *pile {
	if len(h.piles) == 0 {
		return nil
	}
	return h.piles[0]
}

// ready returns the first run of a pile of those that are ready, or nil.
func (p *pile) ready(now moment) *row {
	r := p.first()
	for r != nil && r.due > now { // the clock was put back
		r.enqueue()
		r = p.first()
	}
	return r
}

// changed puts the pile in its place among others, after a run was put into it or taken out.
func (p *pile) changed() {
	h := p.within
	switch {
	case h == nil:
	case p.index < 0:
		if h.byKey == nil {
			h.byKey = map[string]*pile{}
		}
		h.byKey[p.key] = p
		heap.Push(h, p)
	case len(p.rows) == 0:
		heap.Remove(h, p.index)
		delete(h.byKey, p.key)
		h.spare = p
	default:
		heap.Fix(h, p.index)
	}
}

// Len is part of heap.Interface.
func (h *heaps) Len() int { return len(h.piles) }

// Less is part of heap.Interface. A pile that has just become empty may be anywhere.
func (h *heaps) Less(i, j int) bool {
	a, b := h.piles[i].first(), h.piles[j].first()
	return a != nil && (b == nil || moreUrgent(a, b))
}

// Swap is part of heap.Interface.
func (h *heaps) Swap(i, j int) {
	h.piles[i], h.piles[j] = h.piles[j], h.piles[i]
	h.piles[i].index, h.piles[j].index = i, j
}

// Push is part of heap.Interface.
func (h *heaps) Push(x any) {
	p := x.(*pile)
	p.index = len(h.piles)
	h.piles = append(h.piles, p)
}

// Pop is part of heap.Interface.
func (h *heaps) Pop() any {
	last := len(h.piles) - 1
	p := h.piles[last]
	h.piles[last] = nil
	h.piles = h.piles[:last]
	p.index = -1
	return p
}
