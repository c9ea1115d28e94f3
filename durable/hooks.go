package durable

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable/fact"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
)

// Hooks are functions of the user's that a runtime calls as runs go on; nil ones are not called. Calls are concurrent,
// those about one life of a run come one after the other, and the run goes on when the hook has returned. A hook heeds
// its context, which ends when the run has to leave this process, and does not take long: the run keeps its place of
// Config.MaxConcurrent meanwhile. One that panics, or exits its goroutine, harms nobody:
// that is told as a combinators.CallbackPanicked.
//
// All but Before are called once the store has what they are told, by the process that has made it so, and not again:
// if that dies in between, nobody is told. So they are for what is nice to know. What must be done is an action of the
// flow.
type Hooks struct {
	// Before is called whenever a process begins to carry a run out, before the flow is called: in each of its lives, of
	// which run.Life is the number. So it is called again after a crash, after a deploy, and whenever a run comes back
	// that has waited. It may return a context with values for the handlers of the run, which is derived from ctx, and of
	// which nothing but the values counts; nil adds none.
	//
	// An error is a veto. One that is [PutOff] gives the run back, to be claimed again later. Any other ends the run as
	// failed, with this error: at once if nothing was done in it yet. One that was begun is not left half done: its
	// contexts are done, with the error as their cause, as if its deadline had passed, and it may compensate under
	// a shield. A panic of Before gives the run back for a few seconds.
	Before func(ctx context.Context, run fact.Run) (context.Context, error)
	// After is called when a run has ended.
	After func(ctx context.Context, e *fact.Changed)
	// OnError is called when a run has failed, with a [*RunError], and when it is blocked, with a [*BlockedError].
	OnError func(ctx context.Context, run fact.Run, err error)
	// OnStateChange is called when a run has come to another status, after After and OnError.
	OnStateChange func(ctx context.Context, e *fact.Changed)
}

// PutOff is a veto of [Hooks.Before] that is not for good: the run is claimed again after the duration, or a moment if
// that is not positive. What concerns it before that, such as an event or a [Client.Cancel], has Before asked again at
// once. It may be wrapped, to say why.
func PutOff(d time.Duration) error { return &putOffError{d} }

type putOffError struct{ pause time.Duration }

func (e *putOffError) Error() string { return fmt.Sprintf("put off for %v", e.pause) }

// leastPutOff is the shortest time for which a run is put off.
const leastPutOff = 100 * time.Millisecond

var errHookExited = errors.New("the hook exited its goroutine")

// changed calls the hooks that are about changes.
func (h *Hooks) changed(ctx context.Context, told *audience, e *fact.Changed) {
	if h.After != nil && e.Status.Finished() {
		_ = told.call(ctx, "Hooks.After", func() { h.After(ctx, e) })
	}
	if h.OnError != nil && (e.Status == Failed || e.Status == Blocked) {
		_ = told.call(ctx, "Hooks.OnError", func() { h.OnError(ctx, e.Run, e.Err) })
	}
	if h.OnStateChange != nil {
		_ = told.call(ctx, "Hooks.OnStateChange", func() { h.OnStateChange(ctx, e) })
	}
}

// watch tells whether there are hooks that are about changes.
func (h *Hooks) watch() bool { return h.After != nil || h.OnError != nil || h.OnStateChange != nil }

// call calls a hook on a goroutine of its own, and waits for it. The error is that of a hook that did not return.
func (a *audience) call(ctx context.Context, what string, hook func()) error {
	failed := executor.NewPanicError(errHookExited)
	done := make(chan struct{})
	go func() {
		defer close(done)
		returned := false
		defer func() {
			switch p := recover(); {
			case returned:
				failed = nil
			case p != nil:
				failed = executor.NewPanicError(p)
			}
		}()
		hook()
		returned = true
	}()
	<-done
	if failed == nil {
		return nil
	}
	a.tellApart(ctx, &combinators.CallbackPanicked{Callback: what, Panic: failed})
	return failed
}

// admitted asks whether the run may be carried out in this life. If not, it has been given back.
func (l *loaded) admitted(h *store.History) bool {
	before := l.rt.config.Hooks.Before
	if before == nil {
		return true
	}
	var values context.Context
	var veto error
	broke := l.rt.audience.call(l.under, "Hooks.Before", func() {
		values, veto = before(l.under, aboutRun(&h.Run)) //nolint:fatcontext // once
	})
	later, puts := errors.AsType[*putOffError](veto)
	switch {
	case l.life.Err() != nil:
		l.stopped(nil, context.Cause(l.life))
		return false
	case broke != nil:
		l.why = broke
		l.putOff(h, l.rt.longestDelay())
		return false
	case puts:
		l.why = veto
		l.rt.audience.tell(l.under, &fact.Vetoed{Run: aboutRun(&h.Run), Err: veto})
		l.putOff(h, max(later.pause, leastPutOff))
		return false
	case veto != nil:
		l.rt.audience.tell(l.under, &fact.Vetoed{Run: aboutRun(&h.Run), Err: veto})
		l.veto = veto
		l.cancel(veto)
	case values != nil:
		l.under = &valued{l.under, values}
	}
	return true
}

// untouched tells whether nothing was done in the run so far.
func (l *loaded) untouched(h *store.History) bool {
	return len(h.Records) == 0 && h.Run.Generation == 0 && !l.past.doubtful
}

// valued is a context with the values of another one.
type valued struct {
	context.Context
	values context.Context
}

func (v *valued) Value(key any) any { return v.values.Value(key) }
