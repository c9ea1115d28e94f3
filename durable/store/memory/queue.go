package memory

import (
	"cmp"
	"container/heap"
)

// flow is what the runs of one flow have in common: its name, and three kinds of queues. A run that is neither finished
// nor without a due time is in exactly one of them.
type flow struct {
	name string
	runs int
	// waiting are those without a lease, by due time. Some may have become due meanwhile.
	waiting queue
	// leased are those with a lease, by owner, by its end. Some leases may have run out meanwhile.
	leased map[*owner]*queue
	// ready are those that a claim found to be due but did not take, in the order in which they are to be taken.
	ready queue
}

func newFlow(name string) *flow {
	return &flow{
		name: name, waiting: queue{before: earlier}, ready: queue{before: moreUrgent}, leased: map[*owner]*queue{},
	}
}

// leasedBy returns the queue of an owner's leases.
func (f *flow) leasedBy(o *owner) *queue {
	q := f.leased[o]
	if q == nil {
		q = &queue{before: earlier}
		f.leased[o] = q
	}
	return q
}

// advance makes those ready that have become due.
func (f *flow) advance(now moment) {
	f.waiting.drain(now, &f.ready)
	for o, q := range f.leased {
		q.drain(now, &f.ready)
		if q.Len() == 0 {
			delete(f.leased, o)
		}
	}
}

func earlier(a, b *row) bool { return a.due < b.due }

func moreUrgent(a, b *row) bool {
	if c := cmp.Or(cmp.Compare(b.priority, a.priority), cmp.Compare(a.due, b.due)); c != 0 {
		return c < 0
	}
	return a.id < b.id
}

// queue is a heap of runs that knows where in it each run is.
type queue struct {
	rows   []*row
	before func(a, b *row) bool
}

// first returns the first run, or nil.
func (q *queue) first() *row {
	if len(q.rows) == 0 {
		return nil
	}
	return q.rows[0]
}

// drain moves runs that are due to another queue.
func (q *queue) drain(now moment, to *queue) {
	for r := q.first(); r != nil && r.due <= now; r = q.first() {
		r.moveTo(to)
	}
}

// moveTo moves the run to another queue, or out of its queue if that is nil. It is also called with the queue that the
// run is in, when its place there may have changed.
func (r *row) moveTo(q *queue) {
	switch from := r.place.queue; {
	case from == q && q != nil:
		heap.Fix(q, int(r.place.index))
	case from != q:
		if from != nil {
			heap.Remove(from, int(r.place.index))
		}
		r.place.queue = q
		if q != nil {
			heap.Push(q, r)
		}
	}
}

// Len is part of heap.Interface.
func (q *queue) Len() int { return len(q.rows) }

// Less is part of heap.Interface.
func (q *queue) Less(i, j int) bool { return q.before(q.rows[i], q.rows[j]) }

// Swap is part of heap.Interface.
func (q *queue) Swap(i, j int) {
	q.rows[i], q.rows[j] = q.rows[j], q.rows[i]
	q.rows[i].place.index, q.rows[j].place.index = int32(i), int32(j)
}

// Push is part of heap.Interface.
func (q *queue) Push(x any) {
	r := x.(*row)
	r.place.index = int32(len(q.rows))
	q.rows = append(q.rows, r)
}

// Pop is part of heap.Interface.
func (q *queue) Pop() any {
	last := len(q.rows) - 1
	r := q.rows[last]
	q.rows[last] = nil
	q.rows = q.rows[:last]
	if cap(q.rows) > 1024 && len(q.rows) < cap(q.rows)/4 { // what a million runs needed is not kept for ever
		q.rows = append(make([]*row, 0, cap(q.rows)/2), q.rows...)
	}
	return r
}
