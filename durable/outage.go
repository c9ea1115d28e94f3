package durable

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/baton-go/baton/durable/fact"
	"github.com/baton-go/baton/durable/store"
)

// How long to wait before a store that failed is asked again, and how often it is said that it still fails.
const (
	firstRetry   = 10 * time.Millisecond
	longestRetry = time.Second
	remindAfter  = 30 * time.Second
)

// outage is how the runtime lives through a store that fails: it tries again, waits longer each time, and says so once
// in a while instead of each time. It is safe for concurrent use.
type outage struct {
	told *audience

	mu       sync.Mutex
	since    time.Time // zero while the store answers
	reminded time.Time
}

// failed notes that the store failed to do what it was asked. One that was interrupted, because ctx is done, has not.
func (o *outage) failed(ctx context.Context, what string, err error) {
	if ctx.Err() != nil {
		return
	}
	o.mu.Lock()
	now := time.Now()
	if o.since.IsZero() {
		o.since = now
	}
	silent := now.Sub(o.reminded) < remindAfter
	if !silent {
		o.reminded = now
	}
	since := o.since
	o.mu.Unlock()
	o.told.tellApart(ctx, &fact.StoreFailed{Operation: what, Err: err, For: now.Sub(since), Silent: silent})
}

// over notes that the store has answered.
func (o *outage) over(ctx context.Context) {
	o.mu.Lock()
	since := o.since
	o.since = time.Time{}
	o.mu.Unlock()
	if !since.IsZero() {
		o.told.tellApart(ctx, &fact.StoreAnswers{After: time.Since(since)})
	}
}

// wait waits before the store is asked for the nth time again, counted from 0. It is false once ctx is done.
func (o *outage) wait(ctx context.Context, n int) bool {
	timer := time.NewTimer(retryPause(n))
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// retryPause is how long to wait after the nth failure in a row, counted from 0.
func retryPause(n int) time.Duration { return min(firstRetry<<min(n, 10), longestRetry) }

// insist calls f until the store answers it, or ctx is done. What it answers is the result: an error about a single run
// is one.
func (o *outage) insist(ctx context.Context, what string, f func() error) error {
	for n := 0; ; n++ {
		err := f()
		switch {
		case err == nil, errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrFinished),
			errors.Is(err, store.ErrFenced), errors.Is(err, store.ErrChanged):
			if n > 0 {
				o.over(ctx)
			}
			return err
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, store.ErrClosed):
			return err
		}
		o.failed(ctx, what, err)
		if !o.wait(ctx, n) {
			return context.Cause(ctx)
		}
	}
}

// insistent is a store that is asked again until it answers, for what the runs of a runtime do with it: none fails
// because the store is away.
type insistent struct {
	store.Store
	outage *outage
}

func (s insistent) Create(ctx context.Context, runs []store.Run) (created []store.Created, err error) {
	err = s.outage.insist(ctx, "create", func() error {
		created, err = s.Store.Create(ctx, runs)
		return err
	})
	return created, err
}

func (s insistent) List(ctx context.Context, q store.Query) (runs []store.Run, err error) {
	err = s.outage.insist(ctx, "list", func() error {
		runs, err = s.Store.List(ctx, q)
		return err
	})
	return runs, err
}

func (s insistent) Send(ctx context.Context, messages []store.Message) (errs []error, err error) {
	err = s.outage.insist(ctx, "send", func() error {
		errs, err = s.Store.Send(ctx, messages)
		return err
	})
	return errs, err
}

func (s insistent) Commit(ctx context.Context, writes []store.Write) (errs []error, err error) {
	err = s.outage.insist(ctx, "commit", func() error {
		errs, err = s.Store.Commit(ctx, writes)
		return err
	})
	return errs, err
}
