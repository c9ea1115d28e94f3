package policy

import (
	"context"
	"errors"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/examples/linkcheck/internal/check"
	"github.com/baton-go/baton/executor"
)

// DownError says that a host was not asked, because it did not answer before.
type DownError struct {
	// Last is what happened the last time.
	Last error
	// Err is the rejection.
	Err *combinators.OpenError
}

// Error tells what happened the last time.
func (e *DownError) Error() string {
	if e.Last == nil {
		return "the host does not answer"
	}
	return "the host does not answer: " + check.Because(e.Last)
}

// Unwrap returns Err.
func (e *DownError) Unwrap() error { return e.Err }

// explained makes an error that people understand of the rejection by a circuit: they want to know what is wrong with
// the host. It is a combinator like those of the library, which have nothing that others could not have.
func explained(circuits *combinators.Circuits) combinators.Combinator {
	return func(next executor.Executor) executor.Executor { return &explainer{next, circuits} }
}

type explainer struct {
	next     executor.Executor
	circuits *combinators.Circuits
}

func (e *explainer) Execute(ctx context.Context, a actions.Action) (any, error) {
	result, err := e.next.Execute(ctx, a)
	if open, ok := errors.AsType[*combinators.OpenError](err); ok {
		return result, &DownError{e.circuits.Get(host(a)).Stats().LastError, open}
	}
	return result, err
}

// Unwrap returns what is below.
func (e *explainer) Unwrap() executor.Executor { return e.next }

// String names the layer.
func (e *explainer) String() string { return "explained" }
