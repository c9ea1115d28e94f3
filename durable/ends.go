package durable

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// How long a waiter waits before it looks for itself: where the store tells nothing, from the first to the last of a
// few pauses that grow; where it does, in case that something was not told.
const (
	firstPause = 100 * time.Millisecond
	lastPause  = time.Second
	toldPause  = 5 * time.Second
)

// ends wakes those who wait for the ends of runs. It watches the store while there are any.
type ends struct {
	watching sync.Mutex // is never taken by a watcher, which the store may call while it blocks Watch and stop
	watchers int
	stop     func()

	mu   sync.Mutex
	runs map[string]map[chan struct{}]bool
}

// join returns a channel that receives when the run may have ended, until leave is called.
func (e *ends) join(w store.Watcher, id string) (woken <-chan struct{}, leave func()) {
	c := make(chan struct{}, 1)
	e.mu.Lock()
	if e.runs == nil {
		e.runs = map[string]map[chan struct{}]bool{}
	}
	if e.runs[id] == nil {
		e.runs[id] = map[chan struct{}]bool{}
	}
	e.runs[id][c] = true
	e.mu.Unlock()

	e.watching.Lock()
	defer e.watching.Unlock()
	if e.watchers++; e.watchers == 1 {
		e.stop = w.Watch(e.notice)
	}
	return c, func() { e.leave(id, c) }
}

func (e *ends) leave(id string, c chan struct{}) {
	e.mu.Lock()
	delete(e.runs[id], c)
	if len(e.runs[id]) == 0 {
		delete(e.runs, id)
	}
	e.mu.Unlock()

	e.watching.Lock()
	defer e.watching.Unlock()
	if e.watchers--; e.watchers == 0 {
		e.stop()
		e.stop = nil
	}
}

func (e *ends) notice(n store.Notice) {
	switch n.Status {
	case store.Pending, store.Running, store.Waiting, store.Paused:
		return
	default: // one that settles it, or that is not known here
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for c := range e.runs[n.Run] {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

// ended waits until the run has ended, or is blocked.
func (c *Client) ended(ctx context.Context, id string) (store.Run, error) {
	if err := c.askable(ctx, id); err != nil {
		return store.Run{}, err
	}
	var woken <-chan struct{} // blocks for ever if the store tells nothing
	pause, most := firstPause, lastPause
	if w, ok := c.store.(store.Watcher); ok {
		var leave func()
		woken, leave = c.ends.join(w, id) // before it looks for the first time: it may end at once
		defer leave()
		if store.HearsAll(c.store) {
			pause, most = toldPause, toldPause
		}
	}
	var timer *time.Timer
	for {
		run, err := c.seen(ctx, id)
		switch {
		case err != nil && ctx.Err() != nil: // while it looked
			return store.Run{}, fmt.Errorf("wait for run %q: %w", id, checkContext(ctx))
		case err != nil || settled(run):
			return run, err
		}
		if timer == nil {
			timer = time.NewTimer(pause)
			defer timer.Stop()
		}
		select {
		case <-woken:
		case <-timer.C:
			pause = min(pause*3/2, most)
			timer.Reset(pause)
		case <-ctx.Done():
			return store.Run{}, fmt.Errorf("wait for run %q: %w", id, checkContext(ctx))
		}
	}
}

// seen is the row of a run, of which somebody waits for the end. Those who look at the same time look together.
func (c *Client) seen(ctx context.Context, id string) (store.Run, error) {
	if c.looks == nil {
		return c.row(ctx, id)
	}
	run, err := c.looks.call(ctx, id)
	if err == nil && run.ID == "" {
		err = ErrNotFound
	}
	if err != nil {
		return store.Run{}, fmt.Errorf("run %q: %w", id, err)
	}
	return run, nil
}

// mostLooks is how many runs are looked for together at most: each may have a result of some size.
const mostLooks = 64

// newLooks reads rows. One that is not there is the zero row.
func newLooks(s store.Store) *together[string, store.Run] {
	do := func(ctx context.Context, ids []string) ([]store.Run, error) {
		found, err := s.List(ctx, store.Query{IDs: ids, Limit: len(ids)})
		if err != nil {
			return nil, err
		}
		rows := make([]store.Run, len(ids))
		for i, id := range ids {
			for j := range found {
				if found[j].ID == id {
					rows[i] = found[j]
				}
			}
		}
		return rows, nil
	}
	return &together[string, store.Run]{do: do, size: func(string) int { return 1 }, most: mostLooks}
}

func settled(r store.Run) bool { return r.Status.Finished() || r.Status == store.Blocked }
