package executor

import (
	"errors"
	"fmt"
	"strings"

	"github.com/baton-go/baton/actions"
)

// branchError is the error of a branch that decided its group.
type branchError struct {
	branch, of int
	err        error
}

// Error names the branch, unless it is the only one or a step in it does.
func (e *branchError) Error() string {
	if e.of == 1 || hasStep(e.err) {
		return e.err.Error()
	}
	return fmt.Sprintf("branch %d: %v", e.branch, e.err)
}

func (e *branchError) Unwrap() error { return e.err }

// NotDone is false: the rest of the branch, and other branches, may have been done.
func (e *branchError) NotDone() bool { return false }

// noneError is the error of a group of which no branch succeeded.
type noneError struct{ errs []error }

func newNoneError(outcomes []actions.Outcome[any]) error {
	e := &noneError{make([]error, len(outcomes))}
	for i, o := range outcomes {
		e.errs[i] = o.Err
	}
	return e
}

func (e *noneError) Error() string {
	if len(e.errs) == 1 {
		return e.errs[0].Error()
	}
	texts := make([]string, len(e.errs))
	for i, err := range e.errs {
		texts[i] = (&branchError{branch: i, of: len(e.errs), err: err}).Error()
	}
	return fmt.Sprintf("none of %d branches succeeded: %s", len(e.errs), strings.Join(texts, "; "))
}

func (e *noneError) Unwrap() []error { return e.errs }

// NotDone is false: a branch that failed may have done something before.
func (e *noneError) NotDone() bool { return false }

// Permanent is true if trying again cures no branch.
func (e *noneError) Permanent() bool {
	for _, err := range e.errs {
		var p interface{ Permanent() bool }
		if !errors.As(err, &p) || !p.Permanent() {
			return false
		}
	}
	return true
}

func hasStep(err error) bool {
	_, ok := errors.AsType[*StepError](err)
	return ok
}
