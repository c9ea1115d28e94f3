// Package turns runs the strands of a flow one at a time: a strand keeps its turn until it parks, ends, waits for its
// branches, or has something done beside the others. So what a run does depends on nothing but the order in which its
// owner lets parked strands go on.
package turns

import (
	"context"
	"errors"
	"runtime/pprof"
	"slices"
	"sync"

	"github.com/baton-go/baton/executor"
)

// ErrForeign is the error of parking on a goroutine that is not the one of the strand.
var ErrForeign = errors.New("the yield was called on a goroutine that is not its own")

// Host hosts the strands of one run: it is an [executor.Strands]. It serves one call of [Host.Run].
type Host struct {
	choose func(parked []*Parked) *Parked

	mu     sync.Mutex
	taken  bool            // a strand has the turn
	beside int             // how many strands are having something done
	ready  []chan struct{} // of the strands that wait for nothing but a turn
	parked []*Parked
}

// Parked is a strand that waits to be chosen.
type Parked struct {
	// Context is the one that the strand parked with, and Value what.
	Context context.Context
	Value   any

	granted chan struct{}
}

// New makes a host. It calls choose, on any goroutine and never twice at once, whenever every strand is parked, or
// waits for one that is: the one that choose returns goes on. If it returns nil, none does before [Host.Wake].
func New(choose func(parked []*Parked) *Parked) *Host { return &Host{choose: choose} }

// Run calls f on the caller's goroutine, which is the first strand, with a context that has RunGroup start the branches
// of groups as strands of the host.
func (h *Host) Run(ctx context.Context, f func(ctx context.Context)) {
	h.mu.Lock()
	h.taken = true
	h.mu.Unlock()
	defer h.leave()
	f(executor.WithStrands(h.mark(ctx), h))
}

// Park gives the turn away until the strand is chosen. Its error is [ErrForeign].
func (h *Host) Park(ctx context.Context, value any) error {
	if s := strandOf(ctx); s == nil || s.host != h || s.goroutine != Goroutine() {
		return ErrForeign
	}
	p := &Parked{Context: ctx, Value: value, granted: make(chan struct{})}
	h.update(func() {
		h.parked = append(h.parked, p)
		h.taken = false
	})
	<-p.granted
	return nil
}

// Wake has a parked strand go on, while every strand is parked.
func (h *Host) Wake(p *Parked) { h.update(func() { h.wake(p) }) }

// Beside gives the turn away while f runs, and then waits for a turn again. Of the strands whose functions have ended,
// the first goes on first. What f runs under its context has no turns: the branches in it are goroutines. On a
// goroutine that is not a strand of the host, Beside just calls f.
func (h *Host) Beside(ctx context.Context, f func(ctx context.Context)) {
	if s := strandOf(ctx); s == nil || s.host != h || s.goroutine != Goroutine() {
		f(ctx)
		return
	}
	h.update(func() {
		h.beside++
		h.taken = false
	})
	defer func() {
		turn := make(chan struct{})
		h.update(func() {
			h.beside--
			h.ready = append(h.ready, turn)
		})
		<-turn
	}()
	f(context.WithValue(ctx, strandKey{}, (*strand)(nil)))
}

// ForkJoin runs branch 0 on the caller's goroutine and the others on goroutines of their own, in turns. The branches of
// a group within a branch have theirs before the branches behind it, so that strands which never park run in the order
// in which the flow is written.
func (h *Host) ForkJoin(ctx context.Context, n int, branch func(ctx context.Context, i int)) {
	if s := strandOf(ctx); s == nil || s.host != h {
		forkJoin(ctx, n, branch)
		return
	}
	j := &join{running: n - 1, turn: make(chan struct{})}
	others := make([]chan struct{}, n-1)
	for i := range others {
		turn := make(chan struct{})
		others[i] = turn
		go func() {
			<-turn
			defer h.ended(j)
			defer pprof.SetGoroutineLabels(context.Background()) // whoever looks for what is left behind finds it no more
			branch(h.mark(ctx), i+1)
		}()
	}
	h.update(func() { h.ready = slices.Concat(others, h.ready) })
	defer h.await(j) // also if branch 0 exits the goroutine
	branch(ctx, 0)
}

// WithCancel is context.WithCancelCause.
func (h *Host) WithCancel(ctx context.Context) (context.Context, context.CancelCauseFunc) {
	return context.WithCancelCause(ctx)
}

// join is a strand that waits for the branches of its group.
type join struct {
	running int
	waiting bool
	turn    chan struct{}
}

func (h *Host) await(j *join) {
	h.mu.Lock()
	if j.running == 0 {
		h.mu.Unlock()
		return
	}
	j.waiting = true
	h.mu.Unlock()
	h.leave()
	<-j.turn
}

func (h *Host) ended(j *join) {
	h.update(func() {
		j.running--
		if j.running == 0 && j.waiting {
			h.ready = slices.Insert(h.ready, 0, j.turn)
		}
		h.taken = false
	})
}

func (h *Host) leave() { h.update(func() { h.taken = false }) }

// update changes the state and then has the next strand go on, if one can.
func (h *Host) update(change func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	change()
	switch {
	case h.taken:
	case len(h.ready) > 0:
		h.taken = true
		close(h.ready[0])
		h.ready = h.ready[1:]
	case h.beside == 0 && len(h.parked) > 0:
		if p := h.choose(slices.Clone(h.parked)); p != nil {
			h.wake(p)
		}
	}
}

func (h *Host) wake(p *Parked) {
	i := slices.Index(h.parked, p)
	if i < 0 {
		panic("turns: the strand is not parked")
	}
	h.parked = slices.Delete(h.parked, i, i+1)
	h.taken = true
	close(p.granted)
}

// forkJoin runs every branch on a goroutine of its own, but for the first, which the caller runs.
func forkJoin(ctx context.Context, n int, branch func(context.Context, int)) {
	var others sync.WaitGroup
	defer others.Wait() // also if branch 0 exits the goroutine
	for i := 1; i < n; i++ {
		others.Go(func() { branch(ctx, i) })
	}
	branch(ctx, 0)
}
