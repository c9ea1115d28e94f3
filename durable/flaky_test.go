package durable_test

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/durable/store/memory"
	"github.com/baton-go/baton/durable/storetest"
)

// flaky is a store in memory that fails, is slow, or is away. Only sending never fails, which the tests do themselves.
type flaky struct {
	store.Store
	memory *memory.Store // never fails

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
	f := &flaky{memory: st, random: rand.New(rand.NewPCG(seed, 0)), calls: map[string]int{}}
	f.Store = storetest.NewFaulty(st, f.fault)
	return f
}

// fails sets how many of 100 calls fail before and after they do anything.
func (f *flaky) fails(before, after int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.before, f.after = before, after
}

// fault is what happens to a call.
func (f *flaky) fault(c storetest.Call) (fault storetest.Fault) {
	if c.Method == "Send" {
		return fault
	}
	f.gate.RLock()
	defer f.gate.RUnlock()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls[c.Method] = int(c.N)
	switch fate := f.random.IntN(100); {
	case f.away.Load() || fate < f.before:
		fault.Before = errBroken
	case fate < f.before+f.after:
		fault.After = errBroken
	}
	if f.slow > 0 {
		fault.Slow = time.Duration(f.random.Int64N(int64(f.slow)))
	}
	return fault
}

func (f *flaky) Watch(tell func(store.Notice)) (stop func()) {
	if f.deaf {
		return func() {}
	}
	return f.memory.Watch(tell)
}
