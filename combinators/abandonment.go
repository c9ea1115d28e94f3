package combinators

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// Abandonment makes [TimedWith] leave handlers behind that are still at work at the limit, and counts them. It is the
// one way in which work outlives the action that asked for it: an abandoned handler keeps its goroutine, and what it
// took below Timed, until it returns, and what it does then is dropped. The zero value is ready for use, by any number
// of executors.
//
// Handlers run on goroutines of their own. A handler that ends before its limit is not affected otherwise: its panic
// goes on, and its runtime.Goexit is repeated, on the caller's goroutine. It is abandoned at the limit only: a caller
// that is cancelled waits for the handler until then, because most handlers heed a cancellation and should be joined.
type Abandonment struct{ current, total atomic.Int64 }

// Abandoned is the number of handlers that were abandoned and are still at work.
func (a *Abandonment) Abandoned() int { return int(a.current.Load()) }

// Total is the number of handlers that were ever abandoned.
func (a *Abandonment) Total() int { return int(a.total.Load()) }

// leavable carries out an action that is abandoned at the deadline. Its context, child, ends then or before.
func (t *timed) leavable(
	ctx, child context.Context, deadline time.Time, timeout *TimeoutError,
) (any, error) {
	h := &leavable{Abandonment: t.Abandon, ended: make(chan struct{})}
	go h.run(ctx, child, t.next, timeout.Action)
	select {
	case <-h.ended:
	case <-child.Done():
		if !timeout.ended(child) {
			h.wait(deadline)
		}
		if h.leave() {
			return t.late(ctx, nil, &lateError{timeout: timeout, own: why(ctx), abandoned: true})
		}
	}
	switch {
	case h.panicked != nil:
		panic(h.panicked)
	case h.exited:
		runtime.Goexit()
	case h.err != nil && timeout.ended(child):
		return t.late(ctx, h.result, &lateError{timeout: timeout, own: h.err})
	}
	return h.result, h.err
}

// leavable is a handler on a goroutine of its own.
type leavable struct {
	*Abandonment
	mu    sync.Mutex
	left  bool
	over  bool
	ended chan struct{} // closed when it ends and has not been left

	// What came of it:
	result   any
	err      error
	panicked *executor.PanicError
	exited   bool
}

func (h *leavable) run(ctx, child context.Context, next executor.Executor, a actions.Action) {
	h.exited = true
	defer func() {
		if h.exited {
			if p := recover(); p != nil {
				h.exited, h.panicked = false, executor.NewPanicError(p)
			}
		}
		h.end(ctx, a)
	}()
	h.result, h.err = next.Execute(child, a)
	h.exited = false
}

// end tells the caller that the handler has ended, or if the caller has left, the observers.
func (h *leavable) end(ctx context.Context, a actions.Action) {
	h.mu.Lock()
	left := h.left
	h.over = true
	h.mu.Unlock()
	if !left {
		close(h.ended)
		return
	}
	h.current.Add(-1)
	err := h.err
	switch {
	case h.panicked != nil:
		err = h.panicked
	case h.exited:
		err = errExited
	}
	if !report(ctx, &AbandonedEnded{Action: a, Step: executor.StepFrom(ctx), Err: err}) && h.panicked != nil {
		complain("a handler panicked that combinators.Timed had abandoned", actions.Name(a), h.panicked)
	}
}

// leave abandons the handler, unless it has ended.
func (h *leavable) leave() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.over {
		return false
	}
	h.left = true
	h.current.Add(1)
	h.total.Add(1)
	return true
}

// wait waits for the handler, but not beyond the deadline.
func (h *leavable) wait(deadline time.Time) {
	timer := time.NewTimer(time.Until(deadline))
	defer timer.Stop()
	select {
	case <-h.ended:
	case <-timer.C:
	}
}

// why tells why a context ended, if it has.
func why(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if err == nil || errors.Is(cause, err) {
		return cause
	}
	return fmt.Errorf("%w: %w", err, cause)
}

// AbandonedEnded says that a handler that was abandoned at its limit has ended after all. The outcome was dropped.
type AbandonedEnded struct {
	Action actions.Action
	Step   executor.Step
	// Err is the handler's error, if any. A panic is an executor.PanicError.
	Err error
}

func (*AbandonedEnded) event() {}

// Name is "abandoned handler ended".
func (*AbandonedEnded) Name() string { return "abandoned handler ended" }

// LogValue has the action, its step, and the error.
func (e *AbandonedEnded) LogValue() slog.Value {
	d := describe(e.Action, e.Step).again(e.Step.Attempt())
	return append(d, slog.String(keyBy, "Timed")).failed(e.Err).value()
}
