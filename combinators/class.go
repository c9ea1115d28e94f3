package combinators

import (
	"context"
	"fmt"
)

// Class is what an outcome means to a policy.
type Class uint8

const (
	// Success is the class of an outcome without an error. A business "no" is a result, and so a success.
	Success Class = iota
	// Failure is the class of an outcome that counts against what was called: it may be retried, and trips breakers.
	Failure
	// Neutral is the class of an outcome that says nothing about what was called: it is not retried and trips nothing.
	Neutral
)

// String is the name of the class in lower case.
func (c Class) String() string {
	switch c {
	case Success:
		return "success"
	case Failure:
		return "failure"
	case Neutral:
		return "neutral"
	}
	return fmt.Sprintf("Class(%d)", uint8(c))
}

// Classifier classifies an outcome by its error and by the context that the combinator was called with. The same type
// configures every combinator; nil is [Classify]. If one panics, that is contained and reported, and Classify decides.
type Classifier func(ctx context.Context, err error) Class

// Classify is the default classifier. An outcome without an error is a success. It is neutral if the combinator's own
// incoming context is done, or if the error is a rejection by another combinator (see [IsRejection]); otherwise it is
// a failure. The error is never taken for a cancellation by its kind: a handler's own deadline is a failure.
func Classify(ctx context.Context, err error) Class {
	switch {
	case err == nil:
		return Success
	case ctx.Err() != nil, IsRejection(err):
		return Neutral
	}
	return Failure
}

// of classifies with c, or with Classify if there is none.
func (c Classifier) of(ctx context.Context, err error) (class Class) {
	if c == nil {
		return Classify(ctx, err)
	}
	if contain(ctx, "Class", func() { class = c(ctx, err) }) != nil {
		return Classify(ctx, err)
	}
	return class
}

// IsRejection tells whether err says that a combinator refused to call what it wraps: its circuit is open, its limit is
// reached, a check denied the action. Such errors have a method Rejected() bool. An error that stands for several, such
// as that of several attempts, is a rejection only if all of them are.
func IsRejection(err error) bool {
	for err != nil {
		switch e := err.(type) { //nolint:errorlint // walks the tree itself
		case interface{ Rejected() bool }:
			return e.Rejected()
		case interface{ Unwrap() error }:
			err = e.Unwrap()
		case interface{ Unwrap() []error }:
			errs := e.Unwrap()
			for _, err := range errs {
				if !IsRejection(err) {
					return false
				}
			}
			return len(errs) > 0
		default:
			return false
		}
	}
	return false
}
