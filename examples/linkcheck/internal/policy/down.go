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

// down rejects an action for a host whose circuit is open at once, before it waits for its turn below, and makes an
// error that people understand of this and of what the circuit rejects later: they want to know what is wrong with the
// host. It is a combinator like those of the library, which have nothing that others could not have.
func down(circuits *combinators.Circuits) combinators.Combinator {
	return func(next executor.Executor) executor.Executor { return &downed{next, circuits} }
}

type downed struct {
	next     executor.Executor
	circuits *combinators.Circuits
}

func (d *downed) Execute(ctx context.Context, a actions.Action) (any, error) {
	circuit := d.circuits.Get(host(a))
	if s := circuit.Stats(); s.State == combinators.Open {
		open := &combinators.OpenError{Circuit: circuit.Name(), State: s.State, RetryAfter: s.RetryAfter}
		return nil, &DownError{s.LastError, open}
	}
	result, err := d.next.Execute(ctx, a)
	if open, ok := errors.AsType[*combinators.OpenError](err); ok {
		return result, &DownError{circuit.Stats().LastError, open}
	}
	return result, err
}

// Unwrap returns what is below.
func (d *downed) Unwrap() executor.Executor { return d.next }

// String names the layer.
func (d *downed) String() string { return "down" }
