package durable

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/baton-go/baton/executor"
)

// together makes one call of what several callers want at the same time. Whoever comes while there is no call under way
// makes one alone, on its own goroutine, as if there were nobody else. Those who come meanwhile are in the next one. So
// a lone caller waits for nobody, and what comes quicker than it is answered shares what an answer costs.
//
// It is for calls of which none holds up another one, and that may be made again. It is safe for concurrent use.
type together[In, Out any] struct {
	// do answers every one of the inputs, in order, or none.
	do func(ctx context.Context, all []In) ([]Out, error)
	// size is how much of a call an input takes up, most of which it holds.
	size func(In) int
	most int

	mu    sync.Mutex
	busy  bool // a call is under way; otherwise the queue is empty
	queue []*asking[In, Out]
}

// asking is one caller that waits.
type asking[In, Out any] struct {
	ctx      context.Context
	in       In
	answered chan struct{} // closed once there is an answer

	out Out
	err error
}

// call returns the answer. If a call for several fails each of them is made again, alone: what is wrong with one of
// them does no harm to the others.
func (t *together[In, Out]) call(ctx context.Context, in In) (out Out, err error) {
	t.mu.Lock()
	if !t.busy {
		t.busy = true
		t.mu.Unlock()
		defer t.next() // also if the store exits the goroutine
		return t.alone(ctx, in)
	}
	a := &asking[In, Out]{ctx: ctx, in: in, answered: make(chan struct{})}
	t.queue = append(t.queue, a)
	t.mu.Unlock()
	select {
	case <-a.answered:
	case <-ctx.Done():
		t.mu.Lock()
		t.queue = slices.DeleteFunc(t.queue, func(b *asking[In, Out]) bool { return b == a })
		t.mu.Unlock()
		return out, checkContext(ctx)
	}
	if a.err != nil && ctx.Err() == nil {
		return t.alone(ctx, in)
	}
	return a.out, a.err
}

func (t *together[In, Out]) alone(ctx context.Context, in In) (out Out, err error) {
	all, err := t.do(ctx, []In{in})
	if err == nil {
		out = all[0]
	}
	return out, err
}

// next has those answered who have come meanwhile.
func (t *together[In, Out]) next() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.queue = slices.DeleteFunc(t.queue, func(a *asking[In, Out]) bool { return a.ctx.Err() != nil }) // it has left
	if t.busy = len(t.queue) > 0; !t.busy {
		return
	}
	var n, size int
	for n < len(t.queue) && (n == 0 || size < t.most) {
		size += t.size(t.queue[n].in)
		n++
	}
	group := slices.Clone(t.queue[:n])
	t.queue = slices.Delete(t.queue, 0, n)
	go t.answer(group)
}

// answer makes the call for a group. It goes on as long as one of them waits for it.
func (t *together[In, Out]) answer(group []*asking[In, Out]) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(group[0].ctx))
	waiting := atomic.Int64{}
	waiting.Store(int64(len(group)))
	all := make([]In, len(group))
	for i, a := range group {
		all[i] = a.in
		stop := context.AfterFunc(a.ctx, func() {
			if waiting.Add(-1) == 0 {
				cancel()
			}
		})
		defer stop()
	}
	var out []Out
	err := errExited // unless it returns
	defer func() {
		if p := recover(); p != nil {
			err = executor.NewPanicError(p) // each will have it on its own goroutine
		}
		cancel()
		for i, a := range group {
			if a.err = err; err == nil {
				a.out = out[i]
			}
			close(a.answered)
		}
		t.next()
	}()
	out, err = t.do(ctx, all)
}
