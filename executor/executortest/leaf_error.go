package executortest

import (
	"errors"
	"fmt"
)

// LeafError is the error of the suite's handlers that fail. Executors that encode errors have to know it.
type LeafError struct{ Code int }

// Error tells the code.
func (e *LeafError) Error() string { return fmt.Sprintf("failure %d of the suite", e.Code) }

// Is tells whether the target is a LeafError with the same code.
func (e *LeafError) Is(target error) bool {
	other, ok := target.(*LeafError)
	return ok && other.Code == e.Code
}

// isFailure tells whether err is, or wraps, the failure with the given code, to errors.Is and to errors.As.
func isFailure(err error, code int) bool {
	_, ok := errors.AsType[*LeafError](err)
	return ok && errors.Is(err, &LeafError{code})
}
