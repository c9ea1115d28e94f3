package durable

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Close ends the runtime. It claims no more runs; steps that are under way may end until ctx is done, and are recorded;
// then their contexts end with the cause [ErrClosed], and the steps are carried out again another time. The leases are
// given back, so that another runtime can go on at once. The runs themselves do not end: they go on wherever a runtime
// is opened on the store.
//
// The error says that runs had to be interrupted, or, if a handler does not return although its context has ended, that
// something is left over. A runtime is closed once: later calls wait for the first, and return its error. As a client
// it works on.
func (rt *Runtime) Close(ctx context.Context) error {
	first := false
	rt.closeOnce.Do(func() { first = true })
	if !first {
		select {
		case <-rt.closed:
			return rt.closeErr
		case <-ctx.Done():
			return fmt.Errorf("close the runtime: %w", checkContext(ctx))
		}
	}
	rt.closeErr = rt.close(ctx)
	close(rt.closed)
	return rt.closeErr
}

func (rt *Runtime) close(ctx context.Context) error {
	rt.mu.Lock()
	rt.closing = true
	runs := slices.Collect(maps.Values(rt.runs))
	rt.mu.Unlock()
	for _, l := range runs {
		l.drain()
	}
	var err error
	if !rt.emptied(ctx) {
		err = rt.interrupt(ctx)
	}
	rt.mu.Lock()
	rt.over = true
	rt.idle.timer.Stop()
	rt.lapses.Stop()
	rt.suspects.timer.Stop()
	rt.mu.Unlock()
	rt.unwatch()
	rt.uproot()
	if !rt.joined() {
		return fmt.Errorf("close the runtime: a handler has not returned although its context has ended: %w",
			context.DeadlineExceeded)
	}
	return err
}

// emptied waits until no run is left, and tells whether that came before the end of ctx. A claim that is under way may
// bring more: it is waited for, too, but not for long.
func (rt *Runtime) emptied(ctx context.Context) bool {
	patience := time.NewTimer(closeGrace)
	defer patience.Stop()
	patient := true
	for {
		rt.mu.Lock()
		empty := len(rt.runs) == 0 && (!rt.claiming || !patient)
		rt.mu.Unlock()
		if empty {
			return true
		}
		select {
		case <-rt.changed:
		case <-patience.C:
			patient = false
		case <-ctx.Done():
			return false
		}
	}
}

// change has Close look again. The caller holds the lock.
func (rt *Runtime) change() {
	select {
	case rt.changed <- struct{}{}:
	default:
	}
}

// interrupt stops the runs that are left, and waits a moment for their handlers.
func (rt *Runtime) interrupt(ctx context.Context) error {
	rt.mu.Lock()
	runs := slices.Collect(maps.Values(rt.runs))
	rt.mu.Unlock()
	rt.kill(ErrClosed)
	for _, l := range runs {
		l.stop(ErrClosed)
	}
	grace, cancel := context.WithTimeout(rt.root, closeGrace)
	defer cancel()
	rt.emptied(grace)
	if len(runs) == 0 {
		return nil
	}
	return fmt.Errorf("close the runtime: %d runs were interrupted: %w", len(runs), checkContext(ctx))
}

// joined waits for every goroutine, and tells whether all have ended. Only one that has a handler on it can take longer
// than a moment.
func (rt *Runtime) joined() bool {
	done := make(chan struct{})
	go func() {
		rt.jobs.Wait()
		close(done)
	}()
	grace := time.NewTimer(closeGrace)
	defer grace.Stop()
	select {
	case <-done:
		return true
	case <-grace.C:
		return false
	}
}
