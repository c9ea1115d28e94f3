package durable_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
)

// flaky is a store that fails, is slow, or is away.
type flaky struct {
	*memory.Store
	// Of 100 calls so many fail before they do anything, and after.
	before, after int
	slow          time.Duration // every call takes up to so long
	away          atomic.Bool   // every call fails
	deaf          bool          // it tells nothing
	gate          sync.RWMutex  // whoever holds it keeps calls waiting

	mu     sync.Mutex
	random *rand.Rand
	calls  map[string]int
}

func newFlaky(seed uint64) *flaky { return flakyOn(memory.New(), seed) }

// flakyOn is the way of one process to a store that others have, too.
func flakyOn(st *memory.Store, seed uint64) *flaky {
	return &flaky{Store: st, random: rand.New(rand.NewPCG(seed, 0)), calls: map[string]int{}}
}

// fails sets how many of 100 calls fail before and after they do anything.
func (f *flaky) fails(before, after int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.before, f.after = before, after
}

// call makes a call, or does not.
func call[T any](ctx context.Context, f *flaky, name string, made func() (T, error)) (T, error) {
	var none T
	f.mu.Lock()
	f.calls[name]++
	fate := f.random.IntN(100)
	before, after, takes := f.before, f.after, time.Duration(0)
	if f.slow > 0 {
		takes = time.Duration(f.random.Int64N(int64(f.slow)))
	}
	f.mu.Unlock()
	if takes > 0 {
		if err := pause(ctx, takes); err != nil {
			return none, err
		}
	}
	f.gate.RLock()
	defer f.gate.RUnlock()
	if f.away.Load() || fate < before {
		return none, errBroken
	}
	result, err := made()
	if err == nil && fate < before+after {
		return none, errBroken
	}
	return result, err
}

func (f *flaky) Claim(ctx context.Context, c store.Claim) (store.Claimed, error) {
	return call(ctx, f, "claim", func() (store.Claimed, error) { return f.Store.Claim(ctx, c) })
}

func (f *flaky) Renew(ctx context.Context, owner string, lease time.Duration) ([]store.Held, error) {
	return call(ctx, f, "renew", func() ([]store.Held, error) { return f.Store.Renew(ctx, owner, lease) })
}

func (f *flaky) Commit(ctx context.Context, writes []store.Write) ([]error, error) {
	return call(ctx, f, "commit", func() ([]error, error) { return f.Store.Commit(ctx, writes) })
}

func (f *flaky) Load(ctx context.Context, id string, from store.Mark) (store.History, error) {
	return call(ctx, f, "load", func() (store.History, error) { return f.Store.Load(ctx, id, from) })
}

func (f *flaky) List(ctx context.Context, q store.Query) ([]store.Run, error) {
	return call(ctx, f, "list", func() ([]store.Run, error) { return f.Store.List(ctx, q) })
}

func (f *flaky) Create(ctx context.Context, runs []store.Run) ([]store.Created, error) {
	return call(ctx, f, "create", func() ([]store.Created, error) { return f.Store.Create(ctx, runs) })
}

func (f *flaky) Watch(tell func(store.Notice)) (stop func()) {
	if f.deaf {
		return func() {}
	}
	return f.Store.Watch(tell)
}
