package orchestrate

import (
	"context"
	"errors"

	"github.com/baton-go/baton/executor"
)

// Run runs an orchestration: exec carries out what it yields, on the caller's goroutine. Run starts no goroutine,
// reads no clock and returns when the orchestration has; its deferred functions have run by then. A panic of the
// orchestration becomes an [executor.PanicError] with its stack. Without a flow or an executor Run returns an error.
//
// If ctx is cancelled, exec refuses what is yielded from then on and the orchestration sees the error at its yield.
func Run[T any](ctx context.Context, flow Orchestration[T], exec executor.Executor) (result T, err error) {
	switch {
	case flow == nil:
		return result, errors.New("orchestrate.Run: the flow is nil")
	case exec == nil:
		return result, errors.New("orchestrate.Run: the executor is nil")
	}
	y, end := executor.Yield(ctx, exec)
	defer func() {
		if p := recover(); p != nil {
			err = executor.NewPanicError(p)
		}
		end()
	}()
	return flow(y)
}
