package storetest

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/baton-go/baton/durable/store"
)

// Checks returns the names of all checks.
func Checks() (names []string) {
	for _, g := range suite() {
		for _, c := range g.checks {
			names = append(names, g.name+": "+c.name)
		}
	}
	return names
}

// Failing runs the suite as Run does, and returns the names of the checks that fail. It waits that long for what must
// happen when time passes.
func Failing(ctx context.Context, s store.Store, patience time.Duration) (names []string) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	c := config{bigPayload: 1 << 16, patience: patience, rounds: 1, quick: true}
	for _, g := range suite() {
		for _, check := range g.checks {
			wg.Go(func() {
				r := &recorder{ctx: ctx}
				r.run(func() { check.on(newKit(r, s, c)) })
				if r.failed != "" {
					mu.Lock()
					defer mu.Unlock()
					names = append(names, g.name+": "+check.name)
				}
			})
		}
	}
	wg.Wait()
	return names
}

// recorder is a tester that remembers that a check failed.
type recorder struct {
	ctx      context.Context
	mu       sync.Mutex
	failed   string
	cleanups []func()
}

func (r *recorder) run(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	<-done
	for _, cleanup := range slices.Backward(r.cleanups) {
		cleanup()
	}
}

func (r *recorder) Helper()                  {}
func (r *recorder) Context() context.Context { return r.ctx }
func (r *recorder) Skip(...any)              { runtime.Goexit() }
func (r *recorder) Cleanup(f func())         { r.cleanups = append(r.cleanups, f) }
func (r *recorder) FailNow()                 { runtime.Goexit() }

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failed += fmt.Sprintf(format, args...)
}

// Unexplained has clients use a store as the suite does, and returns a history for which there is no explanation.
func Unexplained(ctx context.Context, s store.Store, seed uint64) string {
	return unexplained(ctx, s, fmt.Sprint(seed, " "), seed)
}
