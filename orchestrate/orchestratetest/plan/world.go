package plan

import (
	"cmp"
	"container/heap"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"
)

// world is where a dry run happens: it has a clock of its own, and lets one strand run at a time, so that a run is the
// same every time. A strand that has nothing to do but wait gives way to the one whose wait ends first; of several, to
// the one that has waited longest. It is a discrete-event simulation whose events are the ends of actions.
type world struct {
	mu      sync.Mutex // against those who yield from a goroutine of their own
	now     time.Duration
	turns   int
	waiting waiting
	cancels int // how often something was cancelled
	seen    int // how many of these were looked into
}

// waiter is a strand that waits.
type waiter struct {
	until time.Duration
	turn  int
	ctx   context.Context // which ends the wait; nil if nothing does
	index int
	woken chan struct{}
}

// clock is the time since the beginning of the run.
func (w *world) clock() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// wait lets time pass for the strand that calls it. It ends early, with an error, when ctx does.
func (w *world) wait(ctx context.Context, d time.Duration) error {
	w.mu.Lock()
	self := w.push(&waiter{ctx: ctx}, d)
	w.next()
	w.mu.Unlock()
	<-self.woken
	err, cause := ctx.Err(), context.Cause(ctx)
	if err == nil || errors.Is(cause, err) {
		return cause
	}
	return fmt.Errorf("%w: %w", err, cause)
}

// WithCancel is context.WithCancelCause.
func (w *world) WithCancel(ctx context.Context) (context.Context, context.CancelCauseFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	return ctx, func(cause error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.cancels++
		cancel(cause)
	}
}

// ForkJoin runs every branch on a strand of its own, in order, while the caller's waits.
func (w *world) ForkJoin(ctx context.Context, n int, branch func(ctx context.Context, i int)) {
	w.mu.Lock()
	parent := &waiter{woken: make(chan struct{})}
	running := n
	for i := range n {
		self := w.push(&waiter{}, 0)
		go func() {
			defer func() {
				w.mu.Lock()
				defer w.mu.Unlock()
				if running--; running == 0 {
					w.push(parent, 0)
				}
				w.next()
			}()
			<-self.woken
			branch(ctx, i)
		}()
	}
	w.next()
	w.mu.Unlock()
	<-parent.woken
}

// push lets a strand wait for a while.
func (w *world) push(self *waiter, d time.Duration) *waiter {
	if self.woken == nil {
		self.woken = make(chan struct{})
	}
	w.turns++
	self.turn, self.until = w.turns, later(w.now, d)
	heap.Push(&w.waiting, self)
	return self
}

// next wakes the strand whose turn it is.
func (w *world) next() {
	w.release()
	if w.waiting.Len() == 0 {
		return
	}
	first := heap.Pop(&w.waiting).(*waiter)
	w.now = max(w.now, first.until)
	close(first.woken)
}

// release ends the waits of those whose context has ended.
func (w *world) release() {
	if w.seen == w.cancels {
		return
	}
	w.seen = w.cancels
	var released []*waiter
	for _, x := range w.waiting {
		if x.ctx != nil && x.ctx.Err() != nil {
			released = append(released, x)
		}
	}
	slices.SortFunc(released, func(a, b *waiter) int { return cmp.Compare(a.turn, b.turn) })
	for _, x := range released {
		heap.Remove(&w.waiting, x.index)
		w.push(x, 0)
	}
}

// later adds a duration, up to the end of time.
func later(at, d time.Duration) time.Duration {
	if d = max(d, 0); at > math.MaxInt64-d {
		return math.MaxInt64
	}
	return at + d
}

// waiting is a heap of waiters, those first whose wait ends first.
type waiting []*waiter

func (w waiting) Len() int { return len(w) }

func (w waiting) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(w[i].until, w[j].until), cmp.Compare(w[i].turn, w[j].turn)) < 0
}

func (w waiting) Swap(i, j int) {
	w[i], w[j] = w[j], w[i]
	w[i].index, w[j].index = i, j
}

func (w *waiting) Push(x any) {
	x.(*waiter).index = len(*w)
	*w = append(*w, x.(*waiter))
}

func (w *waiting) Pop() any {
	last := (*w)[len(*w)-1]
	*w = (*w)[:len(*w)-1]
	return last
}
