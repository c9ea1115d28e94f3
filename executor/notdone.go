package executor

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// ErrNotDone marks an error that says for certain that the action had no effect. See [NotDone].
var ErrNotDone = errors.New("the action was not done")

// Refuse returns nil while ctx is live. Once it is done, it returns the error with which an executor refuses to
// start an action: "not started" and why, which is ctx.Err(), its cause, and [ErrNotDone] to errors.Is.
func Refuse(ctx context.Context) error {
	if ctx.Err() == nil {
		return nil
	}
	return refuse(ctx)
}

func refuse(ctx context.Context) error { return &refusal{doneError(ctx)} }

// doneError says why a context is done: both its error and its cause.
func doneError(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if errors.Is(cause, err) {
		return cause
	}
	return fmt.Errorf("%w: %w", err, cause)
}

type refusal struct{ why error }

func (r *refusal) Error() string { return "not started: " + r.why.Error() }

func (r *refusal) Unwrap() []error { return []error{r.why, ErrNotDone} }

// NotDone tells whether err says for certain that the action had no effect: it is [ErrNotDone], or wraps it. A saga
// then has nothing to undo. Handlers mark such errors, for instance with fmt.Errorf("dial: %w: %w", err, ErrNotDone),
// or with a method NotDone() bool, whose word is final for the error and all that it wraps. Errors that stand for
// several attempts have it, because nothing was done only if no attempt did anything. Any other error that wraps
// several says so if ErrNotDone itself is one of them, or if all of them do.
//
// The word is about one action. Where the action is a group, or is carried out by a handler that runs a flow, the error
// of a part says nothing of the other parts: a yield lets it no longer count.
func NotDone(err error) bool { return notDone(err, false) }

// notDone is [NotDone], or if whole is true, what err says so without the word of a step within.
func notDone(err error, whole bool) bool {
	for err != nil {
		switch e := err.(type) { //nolint:errorlint // walks the tree itself
		case *StepError:
			if whole {
				return false
			}
		case interface{ NotDone() bool }:
			return e.NotDone()
		case interface{ Unwrap() []error }:
			errs := e.Unwrap()
			if slices.Contains(errs, ErrNotDone) {
				return true
			}
			return len(errs) > 0 && !slices.ContainsFunc(errs, func(err error) bool { return !notDone(err, whole) })
		}
		if err == ErrNotDone { //nolint:errorlint // as above
			return true
		}
		err = errors.Unwrap(err)
	}
	return false
}

// partial is the error of a step within an action, for the whole of it.
type partial struct{ error }

func (p *partial) Unwrap() error { return p.error }

func (p *partial) NotDone() bool { return false }
