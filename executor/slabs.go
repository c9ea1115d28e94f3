package executor

import "sync/atomic"

// slabs hands out values that a run needs many of, each of them once, to any number of goroutines. It allocates one
// slab for many.
type slabs[T any] struct{ current atomic.Pointer[slab[T]] }

type slab[T any] struct {
	used  atomic.Int32
	items []T
}

// The first slab of a run is small, for the runs of a few steps. The last has room for the header that the runtime
// gives to a large object: one item more, and it would be of the next size class.
const firstSlab, lastSlab = 2, 63

func (s *slabs[T]) next() *T {
	old := s.current.Load()
	size := firstSlab
	if old != nil {
		if i := int(old.used.Add(1)) - 1; i < len(old.items) {
			return &old.items[i]
		}
		size = min(2*len(old.items), lastSlab)
	}
	fresh := &slab[T]{items: make([]T, size)}
	fresh.used.Store(1)
	s.current.CompareAndSwap(old, fresh) // a loser's slab serves its one item and goes
	return &fresh.items[0]
}
