package executortest

import "context"

// InOrder hosts the branches of groups one after the other, in order, on the caller's goroutine. It needs nothing of
// the executor:
//
//	ctx = executor.WithStrands(ctx, executortest.InOrder{})
//
// A branch runs to its end before the next one starts, so the first to finish is the first branch, and a branch that
// waits for another one waits for ever. Once a branch has decided its group the others still start, with a context that
// is done.
type InOrder struct{}

// ForkJoin calls branch for each index in order. If a call exits the goroutine, the remaining ones are made all the
// same.
func (InOrder) ForkJoin(ctx context.Context, n int, branch func(ctx context.Context, i int)) {
	i := 0
	var rest func()
	rest = func() {
		defer func() {
			if i < n { // the branch before is exiting the goroutine
				rest()
			}
		}()
		for i < n {
			i++
			branch(ctx, i-1)
		}
	}
	rest()
}

// WithCancel is context.WithCancelCause.
func (InOrder) WithCancel(ctx context.Context) (context.Context, context.CancelCauseFunc) {
	return context.WithCancelCause(ctx)
}
