package combinators

import (
	"container/list"
	"context"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/baton-go/baton/executor"
)

// Semaphore is a number of permits, which actions take and give back (see [Limited]). Who finds none waits in a queue,
// first come, first served: one that needs many permits is not overtaken by others that need few. It is safe for
// concurrent use and may be shared by any number of executors.
//
// While nobody waits, taking permits and giving them back is one atomic operation each.
type Semaphore struct {
	name     string
	maxQueue int
	// state is twice the number of free permits, which is negative after a Resize to less than is in use, plus one while
	// somebody waits. Then permits are taken under the lock only.
	state atomic.Int64

	mu    sync.Mutex
	size  int
	queue list.List // of *permitWaiter
}

// SemaphoreConfig configures a [Semaphore].
type SemaphoreConfig struct {
	// Name stands in errors and stacks.
	Name string
	// Size is the number of permits. It is required.
	Size int
	// MaxQueue is how many may wait at most. 0 is any number.
	MaxQueue int
}

// permitWaiter waits for n permits. The rest is written under the lock and then told by closing ready.
type permitWaiter struct {
	n       int
	ready   chan struct{}
	granted bool
	err     error
}

// maxSize is the largest number of permits: twice the difference between two of them fits into the state.
const maxSize = math.MaxInt64 / 4

// badSize tells what the size must be, if it is not.
func badSize(size int) (want string) {
	switch {
	case size < 1:
		return "at least 1"
	case int64(size) > maxSize:
		return fmt.Sprintf("at most %d", int64(maxSize))
	}
	return ""
}

// NewSemaphore makes a semaphore of the given size. It panics if that is less than 1, or more than 2^61-1.
func NewSemaphore(size int) *Semaphore {
	if want := badSize(size); want != "" {
		refuse("NewSemaphore", "the size", want, size)
	}
	return NewSemaphoreWith(SemaphoreConfig{Size: size})
}

// NewSemaphoreWith makes a semaphore with a name or a bounded queue. It panics if the configuration makes no sense.
func NewSemaphoreWith(config SemaphoreConfig) *Semaphore {
	if want := badSize(config.Size); want != "" {
		refuse("SemaphoreConfig", "Size", want, config.Size)
	}
	notNegative("SemaphoreConfig", "MaxQueue", config.MaxQueue)
	s := &Semaphore{name: config.Name, maxQueue: config.MaxQueue, size: config.Size}
	s.state.Store(int64(config.Size) << 1)
	return s
}

// Name is the name of the semaphore.
func (s *Semaphore) Name() string { return s.name }

// Size is the number of permits.
func (s *Semaphore) Size() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.size
}

// InUse is how many permits are taken. After a [Semaphore.Resize] it may be more than the size.
func (s *Semaphore) InUse() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.size - int(s.state.Load()>>1)
}

// Waiting is how many actions wait for permits.
func (s *Semaphore) Waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.queue.Len()
}

// Resize changes the number of permits. More of them go to those who wait at once. If fewer remain than are in use,
// nobody is interrupted: none is given out until enough have come back. Those who wait for more permits than there are
// now get a [LimitedError]. A size less than 1, or absurdly large, is an error.
func (s *Semaphore) Resize(size int) error {
	if want := badSize(size); want != "" {
		return fmt.Errorf("combinators.Semaphore.Resize: the size must be %s, got %d", want, size)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.Add(int64(size-s.size) << 1)
	s.size = size
	for e := s.queue.Front(); e != nil; {
		next := e.Next()
		if w := e.Value.(*permitWaiter); w.n > size {
			s.queue.Remove(e)
			w.err = s.refusal(w.n, badWeight)
			close(w.ready)
		}
		e = next
	}
	s.grant()
	return nil
}

// acquire takes n permits, or returns why not.
func (s *Semaphore) acquire(ctx context.Context, n int, limit *Limit) error {
	for {
		state := s.state.Load()
		if state&1 != 0 || state>>1 < int64(n) || n < 0 {
			return s.wait(ctx, n, limit)
		}
		if s.state.CompareAndSwap(state, state-int64(n)<<1) {
			return nil
		}
	}
}

// release gives n permits back.
func (s *Semaphore) release(n int) {
	if s.state.Add(int64(n)<<1)&1 != 0 {
		s.mu.Lock()
		s.grant()
		s.mu.Unlock()
	}
}

// wait takes n permits when it is their turn.
func (s *Semaphore) wait(ctx context.Context, n int, limit *Limit) error {
	if err := executor.Refuse(ctx); err != nil {
		return err
	}
	e, err := s.enqueue(n, limit)
	if e == nil {
		return err
	}
	w := e.Value.(*permitWaiter)
	var timeout <-chan time.Time
	if limit.MaxWait > 0 {
		timer := time.NewTimer(limit.MaxWait)
		defer timer.Stop()
		timeout = timer.C
	}
	select {
	case <-w.ready:
		return w.err
	case <-ctx.Done():
		if s.leave(e) && w.granted {
			s.release(n)
		}
		return executor.Refuse(ctx)
	case <-timeout:
		if s.leave(e) {
			return w.err
		}
		return s.late(n, limit.MaxWait)
	}
}

// enqueue puts a waiter at the end of the queue. It returns nil if the permits could be taken at once, or with an error
// if they never will.
func (s *Semaphore) enqueue(n int, limit *Limit) (*list.Element, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n < 0 || n > s.size {
		return nil, s.refusal(n, badWeight)
	}
	for s.queue.Len() == 0 {
		state := s.state.Load()
		if free := state >> 1; free >= int64(n) {
			if s.state.CompareAndSwap(state, state-int64(n)<<1) {
				return nil, nil
			}
		} else if limit.NoWait || s.state.CompareAndSwap(state, state|1) {
			break
		}
	}
	switch {
	case limit.NoWait:
		return nil, s.refusal(n, "no permit is free")
	case s.maxQueue > 0 && s.queue.Len() >= s.maxQueue:
		return nil, s.refusal(n, "the queue is full")
	}
	return s.queue.PushBack(&permitWaiter{n: n, ready: make(chan struct{})}), nil
}

// leave takes a waiter that gives up out of the queue, or returns true if it has been told in the meantime.
func (s *Semaphore) leave(e *list.Element) (told bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := e.Value.(*permitWaiter)
	if w.granted || w.err != nil {
		return true
	}
	s.queue.Remove(e)
	s.grant() // it may have stood in the way of others
	return false
}

// grant gives free permits to those who wait, in order. It needs the lock.
func (s *Semaphore) grant() {
	for e := s.queue.Front(); e != nil; e = s.queue.Front() {
		w := e.Value.(*permitWaiter)
		if s.state.Load()>>1 < int64(w.n) {
			return // who gives the missing ones back comes here again
		}
		s.state.Add(-int64(w.n) << 1)
		s.queue.Remove(e)
		w.granted = true
		close(w.ready)
	}
	s.state.And(^int64(1))
}
