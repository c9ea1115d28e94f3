package store

import (
	"slices"
	"sync"
)

// Hub tells those who watch about the changes of a store whose changes are all made in this process. The zero Hub is
// ready for use; a store that embeds one is a [Watcher]. It is safe for concurrent use.
type Hub struct {
	mu       sync.RWMutex
	watchers []*func(Notice)
}

// Watch calls f with everything that is told, until stop has returned.
func (h *Hub) Watch(f func(Notice)) (stop func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.watchers = append(h.watchers, &f)
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.watchers = slices.DeleteFunc(h.watchers, func(w *func(Notice)) bool { return w == &f })
	}
}

// Tell tells everybody who watches. A store calls it once the change is durable, and without its own locks.
func (h *Hub) Tell(notices ...Notice) {
	if len(notices) == 0 {
		return
	}
	h.mu.RLock()
	defer h.mu.RUnlock()
	for _, f := range h.watchers {
		for _, n := range notices {
			(*f)(n)
		}
	}
}
