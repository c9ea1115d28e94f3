package store

import (
	"maps"
	"slices"
	"sync"
)

// Hub tells those who watch about the changes of a store whose changes are all made in this process. The zero Hub is
// ready for use; a store that embeds one is a [Watcher]. It is safe for concurrent use.
type Hub struct {
	mu       sync.RWMutex
	last     int
	watchers map[int]func(Notice)
}

// Watch calls f with everything that is told, until stop has returned.
func (h *Hub) Watch(f func(Notice)) (stop func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.watchers == nil {
		h.watchers = map[int]func(Notice){}
	}
	h.last++
	id := h.last
	h.watchers[id] = f
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.watchers, id)
	}
}

// Tell tells everybody who watches. A store calls it once the change is durable, and without its own locks.
func (h *Hub) Tell(notices ...Notice) {
	if len(notices) == 0 {
		return
	}
	h.mu.RLock()
	defer h.mu.RUnlock()
	for _, id := range slices.Sorted(maps.Keys(h.watchers)) {
		for _, n := range notices {
			h.watchers[id](n)
		}
	}
}
