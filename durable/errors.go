package durable

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/baton-go/baton/durable/journal"
	"github.com/baton-go/baton/durable/store"
)

// The errors of a store are those of its runs, too.
var (
	// ErrNotFound says that there is no run with this ID: there never was, or it was deleted.
	ErrNotFound = store.ErrNotFound
	// ErrFinished says that the run has ended, so that nothing changes it any more.
	ErrFinished = store.ErrFinished
)

var (
	// ErrConflict says that there is a run with this ID already, and that it is another one: of another flow, or with
	// another input. The error is a [ConflictError].
	ErrConflict = errors.New("there is another run with this ID")
	// ErrTerminated says that the run was ended without asking its flow. The error is a [TerminatedError].
	ErrTerminated = errors.New("the run was terminated")
	// ErrNotFinished says that the run has not ended, which what was asked for requires.
	ErrNotFinished = errors.New("the run has not finished")
	// ErrBadID says that something is no ID: see [WithID].
	ErrBadID = errors.New("not an ID of a run")
	// ErrBadName says that something is no name: of a flow, an event, a label or a queue. A name has 1 to 200 printable
	// characters.
	ErrBadName = errors.New("not a name")
	// ErrBadOption says that the options of a run contradict themselves, each other, or a limit.
	ErrBadOption = errors.New("bad option")
	// ErrTooLarge says that something is larger than it may be. The error is a [TooLargeError], or, of the result of
	// a step, a [journal.TooLargeError].
	ErrTooLarge = journal.ErrTooLarge
)

// RunError is the error of a run that failed.
type RunError struct {
	Run, Flow string
	// Code is what the method Code() string of the error said, or of one that it wraps; "" if none has one.
	Code string
	// Message is the error's text.
	Message string
	// Details is what the method Details() any of the error said, or of one that it wraps, as JSON; nil if none has one.
	Details json.RawMessage
	// Err is the error itself, as it was recorded: errors.Is finds the sentinels that were registered, and errors.As the
	// types.
	Err error
}

// Error names the run and its flow, and has the error's text.
func (e *RunError) Error() string {
	return fmt.Sprintf("run %q of flow %q failed: %s", e.Run, e.Flow, e.Message)
}

// Unwrap returns Err.
func (e *RunError) Unwrap() error { return e.Err }

// CancelledError is the error of a run that was cancelled. To errors.Is it is context.Canceled. Inside of the run it is
// the cause of the contexts that were cancelled.
type CancelledError struct {
	Run string
	// Reason is what was given to Cancel.
	Reason string
	// Err is the error with which the flow ended after that, if it did not return the cancellation itself: that of a
	// compensation, for instance.
	Err error
}

// Error names the run and the reason.
func (e *CancelledError) Error() string {
	text := fmt.Sprintf("run %q was cancelled", e.Run)
	if e.Reason != "" {
		text += ": " + e.Reason
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns context.Canceled, and Err.
func (e *CancelledError) Unwrap() []error {
	if e.Err == nil {
		return []error{context.Canceled}
	}
	return []error{context.Canceled, e.Err}
}

// TerminatedError is the error of a run that was ended by [Client.Terminate]. To errors.Is it is [ErrTerminated].
type TerminatedError struct {
	Run string
	// Reason is what was given to Terminate.
	Reason string
}

// Error names the run and the reason.
func (e *TerminatedError) Error() string {
	text := fmt.Sprintf("run %q was terminated", e.Run)
	if e.Reason != "" {
		text += ": " + e.Reason
	}
	return text
}

// Unwrap returns [ErrTerminated].
func (e *TerminatedError) Unwrap() error { return ErrTerminated }

// BlockedError says that a run cannot go on until somebody does something about it: mostly because the code of the
// flow is not the one any more that its journal was made with. Nothing is lost.
type BlockedError struct {
	Run string
	// Reason says what is wrong, and what can be done.
	Reason string
}

// Error names the run and the reason.
func (e *BlockedError) Error() string { return fmt.Sprintf("run %q is blocked: %s", e.Run, e.Reason) }

// ConflictError says that a run was to be started under an ID that another one has. To errors.Is it is [ErrConflict].
type ConflictError struct {
	Run string
	// Have says what the run is that is there, Want what was to be started: the flow, and the input as far as it can be
	// shown.
	Have, Want string
}

// Error shows both.
func (e *ConflictError) Error() string {
	return fmt.Sprintf("start run %q: %v: %s; not %s", e.Run, ErrConflict, e.Have, e.Want)
}

// Unwrap returns [ErrConflict].
func (e *ConflictError) Unwrap() error { return ErrConflict }

// TooLargeError says that something is larger than it may be. To errors.Is it is [ErrTooLarge].
type TooLargeError struct {
	// What is what is too large.
	What string
	// Size is how many bytes it has, encoded, and Limit how many it may have.
	Size, Limit int
}

// Error has both figures, and what to do.
func (e *TooLargeError) Error() string {
	return fmt.Sprintf("the %s is too large: %d bytes of at most %d: keep it elsewhere, and pass a reference to it",
		e.What, e.Size, e.Limit)
}

// Unwrap returns [ErrTooLarge].
func (e *TooLargeError) Unwrap() error { return ErrTooLarge }
