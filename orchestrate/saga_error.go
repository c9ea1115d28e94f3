package orchestrate

import (
	"strings"

	"github.com/baton-go/baton/actions"
)

// SagaError says which inverses failed: what they were to undo may still be there. It is the error of a saga that
// failed, and of a group with such a saga in a branch that was cancelled because another one decided the group.
type SagaError struct {
	// Err is why the saga, or the group, failed. It is nil where a group succeeded nonetheless.
	Err error
	// Undo holds the errors of the inverses, in the order in which they ran.
	Undo []error
}

// Error is the error of the saga or the group, followed by those of the inverses.
func (e *SagaError) Error() string {
	texts := make([]string, len(e.Undo))
	for i, err := range e.Undo {
		texts[i] = err.Error()
	}
	undo := "undo: " + strings.Join(texts, "; ")
	if e.Err == nil {
		return undo
	}
	return e.Err.Error() + "; " + undo
}

// Unwrap returns all errors, the saga's own first.
func (e *SagaError) Unwrap() []error {
	if e.Err == nil {
		return e.Undo
	}
	return append([]error{e.Err}, e.Undo...)
}

// NotDone is false: there was something to undo.
func (e *SagaError) NotDone() bool { return false }

// withUndo adds the errors of inverses to err.
func withUndo(err error, undo []error) error {
	if len(undo) == 0 {
		return err
	}
	return &SagaError{Err: err, Undo: undo}
}

// unclean collects the errors of the inverses that failed in the losing branches of a decided group, which would else
// be lost: a group tells its winner's outcome only.
func unclean(r actions.GroupResult) (undo []error) {
	if r.Decided < 0 {
		return nil
	}
	for i, o := range r.Outcomes {
		if i != r.Decided {
			undo = append(undo, failedUndo(o.Err)...)
		}
	}
	return undo
}

// failedUndo finds the errors of all failed inverses in err.
func failedUndo(err error) (undo []error) {
	switch e := err.(type) { //nolint:errorlint // walks the tree itself
	case *SagaError:
		return append(failedUndo(e.Err), e.Undo...)
	case interface{ Unwrap() error }:
		return failedUndo(e.Unwrap())
	case interface{ Unwrap() []error }:
		for _, err := range e.Unwrap() {
			undo = append(undo, failedUndo(err)...)
		}
	}
	return undo
}
