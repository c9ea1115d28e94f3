package combinators

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// Coalesced lets equal actions share one call while it is going on: the first one calls, those that come before it has
// ended get what it returns, the same result and the same error. Use it for what is asked for by many at once, in
// particular below [Cached], whose misses it brings together. Results are shared, so nobody may change them.
//
// A call belongs to all who wait for it. Whoever's context ends leaves at once with that context's error, and the call
// goes on for the others. The last to leave cancels it and waits until it has ended, as any caller waits for its
// handler; there is no time at which a call goes on and nobody waits. Whoever comes after that begins a new one.
//
// The call has the values of the first caller's context: its step, trace, permits and attempt. It has neither its
// cancellation nor its deadline: for a limit, put [Timed] below. If the first caller cannot be cancelled, the call is
// made on its goroutine, otherwise on one of its own. A panic goes on in everybody who waits, as a PanicError with the
// stack of the call, and a runtime.Goexit exits them all.
//
// Two actions are equal if they are so by ==. One that is not comparable is refused with a [KeyError]; see
// [CoalescedBy]. Standard actions such as Sleep and NewID are each a fact of its own and pass through, and so does an
// action that is yielded by the handler of an equal one, or under a permit that the call may have to wait for. Groups
// pass through too: above Parallelize only single actions at the top level are brought together, below it all of them.
// Around another Coalesced it changes nothing, and each executor that it wraps has calls of its own.
//
// A call costs a goroutine and six allocations, and only three of these if it is made on the caller's goroutine.
func Coalesced() Combinator { return coalesce(keyMaker{by: "Coalesced"}) }

// CoalescedBy is [Coalesced] for actions that are equal if they have the same type and key makes the same of them. If
// key returns nil, or panics, the action passes through. What makes a difference to the result must be in the key, such
// as the tenant whose rights the handler takes from the context. Above Parallelize, groups can be brought together this
// way. It panics if key is nil.
func CoalescedBy(key func(actions.Action) any) Combinator {
	if key == nil {
		panic("combinators.CoalescedBy: the key function is nil")
	}
	return coalesce(keyMaker{"CoalescedBy", key, "CoalescedBy.key"})
}

func coalesce(keys keyMaker) Combinator {
	return func(next executor.Executor) executor.Executor {
		return &coalesced{layer: around(keys.by, next), keys: keys, calls: map[key]*sharedCall{}}
	}
}

type coalesced struct {
	layer
	keys  keyMaker
	mu    sync.Mutex
	calls map[key]*sharedCall
}

func (c *coalesced) Execute(ctx context.Context, a actions.Action) (any, error) {
	k, ok, err := c.keys.keyOf(ctx, a)
	if err != nil {
		return nil, err
	}
	if !ok || c.isWithin(ctx, k) {
		return c.next.Execute(ctx, a)
	}
	if err := executor.Refuse(ctx); err != nil {
		return nil, err
	}
	call, first := c.join(ctx, k)
	switch {
	case call == nil:
		return c.next.Execute(ctx, a)
	case !first:
		c.joined(ctx, call, a)
	case call.cancel == nil:
		c.carryOut(call, a)
		return call.outcome()
	default:
		go c.carryOut(call, a)
	}
	return c.wait(ctx, call)
}

// String names the layer.
func (c *coalesced) String() string { return c.keys.by }

// join finds the call for a key, or makes it, and tells whether it did. There is none for a caller that holds what the
// call may have to wait for.
func (c *coalesced) join(ctx context.Context, k key) (call *sharedCall, first bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if call, ok := c.calls[k]; ok {
		if executor.HoldsMore(ctx, call) {
			return nil, false
		}
		call.waiting++
		return call, false
	}
	call = newSharedCall(ctx, c, k)
	c.calls[k] = call
	return call, true
}

// carryOut makes the call and lets everybody know.
func (c *coalesced) carryOut(call *sharedCall, a actions.Action) {
	returned := false
	defer func() {
		if !returned {
			if p := recover(); p != nil {
				call.panicked = executor.NewPanicError(p)
			} else {
				call.exited = true
			}
		}
		c.mu.Lock()
		c.forget(call)
		c.mu.Unlock()
		if call.cancel != nil {
			call.cancel(nil)
		}
		close(call.ended)
	}()
	call.result, call.err = c.next.Execute(call, a)
	returned = true
}

// joined reports that the caller has joined the call. A sink that exits the goroutine takes the caller out again.
func (c *coalesced) joined(ctx context.Context, call *sharedCall, a actions.Action) {
	if !watched(ctx) {
		return
	}
	stays := false
	defer func() {
		if !stays && c.leave(ctx, call) {
			<-call.ended
		}
	}()
	report(ctx, &Reused{By: c.keys.by, Action: a, Step: executor.StepFrom(ctx)})
	stays = true
}

// wait waits for the call to end, or for ctx.
func (c *coalesced) wait(ctx context.Context, call *sharedCall) (any, error) {
	select {
	case <-call.ended:
	case <-ctx.Done():
		if !c.leave(ctx, call) {
			return nil, leftError(ctx)
		}
		<-call.ended
		result, err := call.outcome()
		return result, inTermsOf(ctx, err)
	}
	return call.outcome()
}

// leave tells whether the caller is to wait for the end of the call, because it was the last and so has cancelled it.
func (c *coalesced) leave(ctx context.Context, call *sharedCall) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if call.waiting--; call.waiting > 0 {
		return false
	}
	c.forget(call)
	call.cancel(context.Cause(ctx))
	return true
}

// forget keeps others from joining the call.
func (c *coalesced) forget(call *sharedCall) {
	if c.calls[call.key] == call {
		delete(c.calls, call.key)
	}
}

// isWithin tells whether ctx is that of a call with this key, or of something below it: to wait for that would be to
// wait for itself.
func (c *coalesced) isWithin(ctx context.Context, k key) bool {
	call, ok := ctx.Value(sharedCallKey{}).(*sharedCall)
	for ok {
		if call.by == c && call.key == k {
			return true
		}
		call, ok = call.Context.Value(sharedCallKey{}).(*sharedCall)
	}
	return false
}

// sharedCallKey is the context key under which a call finds itself.
type sharedCallKey struct{}

// sharedCall is a call that is going on, and the context that it is made under.
type sharedCall struct {
	context.Context
	by       *coalesced
	key      key
	cancel   context.CancelCauseFunc // nil if its first caller cannot be cancelled, and so never leaves
	waiting  int                     // how many wait for it; guarded by by.mu
	ended    chan struct{}
	result   any
	err      error
	panicked *executor.PanicError
	exited   bool
}

func newSharedCall(ctx context.Context, by *coalesced, k key) *sharedCall {
	call := &sharedCall{Context: ctx, by: by, key: k, waiting: 1, ended: make(chan struct{})}
	if ctx.Done() != nil {
		call.Context, call.cancel = context.WithCancelCause(context.WithoutCancel(ctx))
	}
	return call
}

// Value finds the call itself, and what the first caller's context has.
func (s *sharedCall) Value(key any) any {
	if _, ok := key.(sharedCallKey); ok {
		return s
	}
	return s.Context.Value(key)
}

// outcome ends as the call ended.
func (s *sharedCall) outcome() (any, error) {
	switch {
	case s.panicked != nil:
		panic(s.panicked)
	case s.exited:
		runtime.Goexit()
	}
	return s.result, s.err
}

// inTermsOf is the error of a call for the caller that cancelled it. To the call that is a cancellation, even if the
// reason was a deadline.
func inTermsOf(ctx context.Context, err error) error {
	if errors.Is(err, context.Canceled) && !errors.Is(err, ctx.Err()) {
		return fmt.Errorf("%w: %w", ctx.Err(), err)
	}
	return err
}

// leftError is the error of one that leaves a call to others.
func leftError(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if errors.Is(cause, err) {
		return fmt.Errorf("left the call to others: %w", cause)
	}
	return fmt.Errorf("left the call to others: %w: %w", err, cause)
}
