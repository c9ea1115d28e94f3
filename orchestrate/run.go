package orchestrate

import (
	"context"
	"errors"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// Run runs an orchestration: exec carries out what it yields, on the caller's goroutine. Run starts no goroutine,
// reads no clock and returns when the orchestration has; its deferred functions have run by then. A panic of the
// orchestration becomes an [executor.PanicError] with its stack. Without a context, a flow or an executor Run returns
// an error. A handler that exits the goroutine (runtime.Goexit, t.FailNow) exits Run too, after deferred functions.
//
// If ctx is cancelled, exec refuses what is yielded from then on and the orchestration sees the error at its yield.
func Run[T any](ctx context.Context, flow Orchestration[T], exec executor.Executor) (result T, err error) {
	switch {
	case ctx == nil:
		return result, errors.New("orchestrate.Run: the context is nil")
	case flow == nil:
		return result, nilFlow("Run")
	case exec == nil:
		return result, errors.New("orchestrate.Run: the executor is nil")
	}
	end := func() {}
	defer func() {
		if p := recover(); p != nil {
			err = executor.NewPanicError(p)
		}
		end()
	}()
	var y actions.Yield
	y, end = executor.Yield(ctx, exec)
	return flow(y)
}
