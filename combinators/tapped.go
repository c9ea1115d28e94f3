package combinators

import (
	"context"
	"fmt"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// Tap is a pair of hooks around each action. Both may be nil.
type Tap struct {
	// Before is called before the action. An error vetoes it: nothing is called, and the error comes back, marked as an
	// action not done (see executor.NotDone). It is a rejection to other combinators if it says so, as a [DeniedError]
	// does; any other error is a failure to them, which a retry above repeats unless it is [Permanent]. A panic of Before
	// is a veto too: a check that breaks lets nothing pass.
	Before func(ctx context.Context, a actions.Action) error
	// After is called after the action, with its result and its error; not after a veto. A panic is contained and
	// reported. It also sees a panic below, as an executor.PanicError, and an exit of the goroutine, which then go on.
	After func(ctx context.Context, a actions.Action, result any, err error)
}

// Tapped calls hooks before and after each action. It is an observer with a veto: it changes neither the action nor its
// outcome. Above [Parallelize] it sees top-level actions, and groups as one action each; below it, each single action.
// Two of them call the outer one's Before first and its After last. It costs the hooks and
// a deferred function, and no allocation.
func Tapped(tap Tap) Combinator {
	return func(next executor.Executor) executor.Executor {
		return &tapped{around("Tapped", next), tap}
	}
}

type tapped struct {
	layer
	Tap
}

func (t *tapped) Execute(ctx context.Context, a actions.Action) (result any, err error) {
	if t.Before == nil && t.After == nil {
		return t.next.Execute(ctx, a)
	}
	running := "Tap.Before" // or the executor: one deferred function costs less than one for each
	defer func() {
		if running != "" {
			err = t.interrupted(ctx, a, running, recover(), err)
		}
	}()
	if t.Before != nil {
		if veto := t.Before(ctx, a); veto != nil {
			running = ""
			return nil, t.vetoed(ctx, a, veto)
		}
	}
	running = "executor"
	result, err = t.next.Execute(ctx, a)
	if t.After != nil {
		running = "Tap.After"
		t.After(ctx, a, result, err)
	}
	running = ""
	return result, err
}

// String names the layer.
func (t *tapped) String() string { return "Tapped" }

// interrupted deals with a panic of what was running, or with an exit of the goroutine if there is none. It returns
// the error of the action.
func (t *tapped) interrupted(ctx context.Context, a actions.Action, running string, p any, err error) error {
	switch {
	case running == "executor":
		t.ended(ctx, a, p)
	case p == nil:
	case running == "Tap.Before":
		return t.vetoed(ctx, a, callbackPanicked(ctx, running, p))
	default:
		_ = callbackPanicked(ctx, running, p)
	}
	return err
}

// ended tells After of a panic of the executor, which then goes on, or of an exit.
func (t *tapped) ended(ctx context.Context, a actions.Action, p any) {
	err := errExited
	if p != nil {
		failure := executor.NewPanicError(p)
		defer panic(failure)
		err = failure
	}
	if t.After != nil {
		_ = contain(ctx, "Tap.After", func() { t.After(ctx, a, nil, err) })
	}
}

// vetoed reports a veto and marks its error.
func (t *tapped) vetoed(ctx context.Context, a actions.Action, veto error) error {
	if !executor.NotDone(veto) {
		veto = &vetoError{veto}
	}
	report(ctx, &Refused{By: t.String(), Action: a, Step: executor.StepFrom(ctx), Err: veto})
	return veto
}

// vetoError marks the error of a hook that vetoed an action.
type vetoError struct{ error }

func (v *vetoError) Unwrap() error { return v.error }

func (v *vetoError) NotDone() bool { return true }

// DeniedError is the error of a check that does not let an action pass. It is a rejection: it trips no breaker and is
// not retried.
type DeniedError struct {
	Action actions.Action
	// Reason says why, such as "not an admin".
	Reason string
}

// Error names the action and the reason.
func (e *DeniedError) Error() string {
	if e.Action == nil {
		return "denied: " + e.Reason
	}
	return fmt.Sprintf("%s denied: %s", actions.Name(e.Action), e.Reason)
}

// Rejected is true.
func (e *DeniedError) Rejected() bool { return true }

// NotDone is true.
func (e *DeniedError) NotDone() bool { return true }
