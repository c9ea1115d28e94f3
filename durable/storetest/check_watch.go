package storetest

import (
	"sync"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/store"
)

func watchChecks() []check {
	return []check{
		{"a run that is created is told, with its due time", func(k *kit) {
			w := k.watch()
			r := k.pending("a")
			k.create(r, k.in(store.Waiting, "b"))
			w.wait(store.Notice{Run: r.ID, Status: store.Pending, Due: r.Due})
			w.wait(store.Notice{Run: k.id("b"), Status: store.Waiting})
		}},
		{"a run that is claimed is told, without a due time", func(k *kit) {
			k.create(k.pending("a"))
			w := k.watch()
			k.claim("owner")
			w.wait(store.Notice{Run: k.id("a"), Status: store.Running, Revision: 1})
		}},
		{"a state that is written is told", func(k *kit) {
			r := k.leased("a")
			w := k.watch()
			r = k.setState(r, func(w *store.Write) { w.State.Status = store.Paused })
			w.wait(store.Notice{Run: r.ID, Status: store.Paused, Revision: 2})
			r = k.setState(r, func(w *store.Write) { w.Release, w.State.Status, w.State.Due = true, store.Waiting, k.future })
			w.wait(store.Notice{Run: r.ID, Status: store.Waiting, Due: k.future, Revision: 3, Freed: true})
			k.setState(r, func(w *store.Write) {
				w.Epoch, w.Release, w.State.Status, w.State.Due = 0, true, store.Failed, time.Time{}
			})
			w.wait(store.Notice{Run: r.ID, Status: store.Failed, Revision: 4})
		}},
		{"a lease that ends is told, with the queue of the run", func(k *kit) {
			r := k.queued("one/a")
			k.create(r)
			r = k.claim("owner").Runs[0].Run
			w := k.watch()
			k.setState(r, func(w *store.Write) { w.State.Status = store.Paused })
			w.wait(store.Notice{Run: r.ID, Status: store.Paused, Revision: 2})
			r = k.load(r.ID).Run
			k.write(stateOf(r, func(w *store.Write) { w.Release, w.State.Status, w.State.Due = true, store.Waiting, k.past }))
			w.wait(store.Notice{
				Run: r.ID, Status: store.Waiting, Due: k.past, Revision: 3, Freed: true, Queue: k.id("one"),
			})
			r = k.claim("other").Runs[0].Run
			k.write(stateOf(r, func(w *store.Write) { w.Epoch, w.Release, w.State.Status = 0, true, store.Cancelled }))
			w.wait(store.Notice{Run: r.ID, Status: store.Cancelled, Revision: 5, Freed: true, Queue: k.id("one")})
		}},
		{"a message is told, and that the run has become due", func(k *kit) {
			r := k.leased("a")
			waiting := k.in(store.Waiting, "b")
			waiting.Due = k.past
			k.create(waiting)
			w := k.watch()
			k.send(message(r.ID, "one", ""), message(waiting.ID, "two", ""))
			w.wait(store.Notice{Run: r.ID, Status: store.Running, Sent: true, Revision: 1})
			w.wait(store.Notice{Run: waiting.ID, Status: store.Waiting, Due: k.past, Sent: true})
			w = k.watch()
			k.write(store.Write{Run: r.ID, Epoch: 1, Send: []store.Message{message(waiting.ID, "three", "")}})
			w.wait(store.Notice{Run: waiting.ID, Status: store.Waiting, Due: k.past, Sent: true})
		}},
		{"what is told has been done", func(k *kit) {
			r := k.leased("a")
			w := k.watch()
			k.write(stateOf(r, func(w *store.Write) { w.State.Status = store.Blocked }))
			w.wait(store.Notice{Run: r.ID, Status: store.Blocked, Revision: 2})
			require.Equal(k, store.Blocked, k.load(r.ID).Run.Status)
		}},
		{"everybody who watches is told, until they stop", func(k *kit) {
			one, two := k.watch(), k.watch()
			k.create(k.in(store.Waiting, "a"))
			one.wait(store.Notice{Run: k.id("a"), Status: store.Waiting})
			two.wait(store.Notice{Run: k.id("a"), Status: store.Waiting})
			one.stop()
			seen := one.count()
			k.create(k.in(store.Waiting, "b"))
			two.wait(store.Notice{Run: k.id("b"), Status: store.Waiting})
			require.Equal(k, seen, one.count())
			two.stop()
		}},
	}
}

// watch is what somebody was told who watches.
type watch struct {
	k    *kit
	stop func()
	mu   sync.Mutex
	told []store.Notice
}

// watch watches the runs of the check. It skips the check if the store is no Watcher.
func (k *kit) watch() *watch {
	watcher, ok := k.store.(store.Watcher)
	if !ok {
		k.Skip("the store is no Watcher")
	}
	w := &watch{k: k}
	w.stop = sync.OnceFunc(watcher.Watch(func(n store.Notice) {
		w.mu.Lock()
		defer w.mu.Unlock()
		n.Due = plainTime(n.Due)
		w.told = append(w.told, n)
	}))
	k.Cleanup(w.stop)
	return w
}

// wait waits for a notice. Notices may be merged, and need not have a revision.
func (w *watch) wait(want store.Notice) {
	w.k.Helper()
	want.Due = plainTime(want.Due)
	w.k.eventually("somebody is told", func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, n := range w.told {
			n.Sent = n.Sent && want.Sent
			if n.Revision == 0 {
				n.Revision = want.Revision
			}
			if n == want {
				return true
			}
		}
		return false
	})
}

func (w *watch) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, told := range w.told {
		if len(told.Run) >= len(w.k.prefix) && told.Run[:len(w.k.prefix)] == w.k.prefix {
			n++
		}
	}
	return n
}
