package memory

import (
	"cmp"
	"container/heap"
)

func earlier(a, b *row) bool { return a.due < b.due }

func moreUrgent(a, b *row) bool {
	if c := cmp.Or(cmp.Compare(b.priority, a.priority), cmp.Compare(a.due, b.due)); c != 0 {
		return c < 0
	}
	return a.id < b.id
}

// pile is a heap of runs that knows where in it each run is.
type pile struct {
	rows   []*row
	before func(a, b *row) bool
	// within are the heaps that the pile is in, at index, under key; nil: none.
	within *heaps
	index  int
	key    string
}

// first returns the first run, or nil.
func (p *pile) first() *row {
	if len(p.rows) == 0 {
		return nil
	}
	return p.rows[0]
}

// drain makes runs ready that are due.
func (p *pile) drain(now moment, l *lane) {
	for r := p.first(); r != nil && r.due <= now; r = p.first() {
		r.moveTo(l.ready.of(r.rare().key))
	}
}

// moveTo moves the run to another pile, or out of its pile if that is nil. It is also called with the pile that the run
// is in, when its place there may have changed.
func (r *row) moveTo(p *pile) {
	switch from := r.place.pile; {
	case from == p && p != nil:
		heap.Fix(p, int(r.place.index))
		p.changed()
	case from != p:
		if from != nil {
			heap.Remove(from, int(r.place.index))
			from.changed()
		}
		r.place.pile = p
		if p != nil {
			heap.Push(p, r)
			p.changed()
		}
	}
}

// Len is part of heap.Interface.
func (p *pile) Len() int { return len(p.rows) }

// Less is part of heap.Interface.
func (p *pile) Less(i, j int) bool { return p.before(p.rows[i], p.rows[j]) }

// Swap is part of heap.Interface.
func (p *pile) Swap(i, j int) {
	p.rows[i], p.rows[j] = p.rows[j], p.rows[i]
	p.rows[i].place.index, p.rows[j].place.index = int32(i), int32(j)
}

// Push is part of heap.Interface.
func (p *pile) Push(x any) {
	r := x.(*row)
	r.place.index = int32(len(p.rows))
	p.rows = append(p.rows, r)
}

// Pop is part of heap.Interface.
func (p *pile) Pop() any {
	last := len(p.rows) - 1
	r := p.rows[last]
	p.rows[last] = nil
	p.rows = p.rows[:last]
	if cap(p.rows) > 1024 && len(p.rows) < cap(p.rows)/4 { // what a million runs needed is not kept for ever
		p.rows = append(make([]*row, 0, cap(p.rows)/2), p.rows...)
	}
	return r
}
