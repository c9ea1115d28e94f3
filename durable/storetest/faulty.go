package storetest

import (
	"context"
	"sync"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// NewFaulty makes a store that passes calls on to another one, but for the faults that are chosen for them. Of several
// faults of one call the delays add up, and the first error counts. The store is a [store.Watcher] or a [store.Counter]
// if the inner one is; Watch has no faults.
func NewFaulty(inner store.Store, faults ...Faults) store.Store {
	f := &faulty{inner: inner, faults: faults, calls: map[string]int64{}}
	watcher, watches := inner.(store.Watcher)
	counter, counts := inner.(store.Counter)
	switch {
	case watches && counts:
		return struct {
			*faulty
			store.Watcher
			faultyCounter
		}{f, watcher, faultyCounter{f, counter}}
	case watches:
		return struct {
			*faulty
			store.Watcher
		}{f, watcher}
	case counts:
		return struct {
			*faulty
			faultyCounter
		}{f, faultyCounter{f, counter}}
	}
	return f
}

type faulty struct {
	inner  store.Store
	faults []Faults

	mu    sync.Mutex
	calls map[string]int64
	all   int64
}

type faultyCounter struct {
	faulty *faulty
	inner  store.Counter
}

// choose counts a call and chooses its fault.
func (f *faulty) choose(method string) Fault {
	f.mu.Lock()
	f.calls[method]++
	f.all++
	call := Call{Method: method, N: f.calls[method], All: f.all}
	f.mu.Unlock()
	var all Fault
	for _, choose := range f.faults {
		fault := choose(call)
		all.Slow += fault.Slow
		if all.Before == nil {
			all.Before = fault.Before
		}
		if all.After == nil {
			all.After = fault.After
		}
	}
	return all
}

// call makes a call, with its fault.
func call[T any](ctx context.Context, f *faulty, method string, inner func() (T, error)) (T, error) {
	var none T
	fault := f.choose(method)
	if fault.Slow > 0 {
		timer := time.NewTimer(fault.Slow)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return none, ctx.Err()
		}
	}
	if fault.Before != nil {
		return none, fault.Before
	}
	result, err := inner()
	if err == nil && fault.After != nil {
		return none, fault.After
	}
	return result, err
}

func (f *faulty) Create(ctx context.Context, runs []store.Run) ([]store.Created, error) {
	return call(ctx, f, "Create", func() ([]store.Created, error) { return f.inner.Create(ctx, runs) })
}

func (f *faulty) Claim(ctx context.Context, c store.Claim) (store.Claimed, error) {
	return call(ctx, f, "Claim", func() (store.Claimed, error) { return f.inner.Claim(ctx, c) })
}

func (f *faulty) Renew(ctx context.Context, owner string, lease time.Duration) ([]store.Held, error) {
	return call(ctx, f, "Renew", func() ([]store.Held, error) { return f.inner.Renew(ctx, owner, lease) })
}

func (f *faulty) Commit(ctx context.Context, writes []store.Write) ([]error, error) {
	return call(ctx, f, "Commit", func() ([]error, error) { return f.inner.Commit(ctx, writes) })
}

func (f *faulty) Send(ctx context.Context, messages []store.Message) ([]error, error) {
	return call(ctx, f, "Send", func() ([]error, error) { return f.inner.Send(ctx, messages) })
}

func (f *faulty) Load(ctx context.Context, id string, from store.Mark) (store.History, error) {
	return call(ctx, f, "Load", func() (store.History, error) { return f.inner.Load(ctx, id, from) })
}

func (f *faulty) List(ctx context.Context, q store.Query) ([]store.Run, error) {
	return call(ctx, f, "List", func() ([]store.Run, error) { return f.inner.List(ctx, q) })
}

func (f *faulty) Delete(ctx context.Context, ids []string) (int, error) {
	return call(ctx, f, "Delete", func() (int, error) { return f.inner.Delete(ctx, ids) })
}

func (c faultyCounter) Count(ctx context.Context, q store.Query) (map[store.Status]store.Count, error) {
	return call(ctx, c.faulty, "Count", func() (map[store.Status]store.Count, error) { return c.inner.Count(ctx, q) })
}
