package combinators

import (
	"context"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// Recovered turns a panic below it into an [executor.PanicError] with the original stack. Every yield does so too,
// at the top; Recovered is for the place in a stack where a panic should already be an error, for instance under
// [Retried] or above a policy that is not safe against panics. Above Parallelize it guards groups as well, whose
// branches do so themselves. Wrapped around itself it does what it does once. It costs a deferred function, and no
// allocation.
func Recovered() Combinator {
	return func(next executor.Executor) executor.Executor {
		return &recovered{around("Recovered", next)}
	}
}

type recovered struct{ layer }

func (r *recovered) Execute(ctx context.Context, a actions.Action) (result any, err error) {
	returned := false
	defer func() {
		if !returned {
			if p := recover(); p != nil { // nil: the goroutine exits
				result, err = nil, executor.NewPanicError(p)
			}
		}
	}()
	result, err = r.next.Execute(ctx, a)
	returned = true
	return result, err
}

// String names the layer.
func (r *recovered) String() string { return "Recovered" }
