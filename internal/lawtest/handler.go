package lawtest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/executor"
)

// Ask is the action of most laws. It is comparable.
type Ask struct {
	actions.Returns[int]
	N int
}

// List is an action that is not comparable.
type List struct {
	actions.Returns[[]string]
	Items []string
}

// behaviour is what a handler does with an action.
type behaviour func(ctx context.Context, a actions.Action) (any, error)

// handler is the executor under a combinator: it refuses under a done context, as every executor does, and otherwise
// behaves as it is told and remembers what it was asked.
type handler struct {
	behave behaviour
	mu     sync.Mutex
	calls  []call
}

type call struct {
	ctx    context.Context //nolint:containedctx // what a handler saw
	action actions.Action
	step   executor.Step
}

func (h *handler) Execute(ctx context.Context, a actions.Action) (any, error) {
	if err := executor.Refuse(ctx); err != nil {
		return nil, err
	}
	h.mu.Lock()
	h.calls = append(h.calls, call{ctx, a, executor.StepFrom(ctx)})
	behave := h.behave
	h.mu.Unlock()
	if behave == nil {
		behave = echo
	}
	return behave(ctx, a)
}

func (*handler) String() string { return "handler" }

// from now on the handler behaves differently.
func (h *handler) from(b behaviour) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.behave = b
}

func (h *handler) called() []call {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.calls[:len(h.calls):len(h.calls)]
}

// echo answers an Ask with its number.
func echo(_ context.Context, a actions.Action) (any, error) {
	if ask, ok := a.(Ask); ok {
		return ask.N, nil
	}
	return nil, nil
}

func fails(err error) behaviour {
	return func(context.Context, actions.Action) (any, error) { return nil, err }
}

func panics(value any) behaviour {
	return func(context.Context, actions.Action) (any, error) { panic(value) }
}

func exits(context.Context, actions.Action) (any, error) {
	runtime.Goexit()
	return nil, nil
}

// untilDone behaves as a handler that waits for its context to end and then takes some time to wind up. One that is
// never told gives up at the end of the law.
func untilDone(law context.Context, windingUp time.Duration) behaviour {
	return func(ctx context.Context, _ actions.Action) (any, error) {
		select {
		case <-ctx.Done():
		case <-law.Done():
			return nil, errNotTold
		}
		wait(windingUp)
		return nil, errors.Join(&failure{42}, context.Cause(ctx))
	}
}

var errNotTold = errors.New("the handler's context did not end")

// cause is why the laws cancel.
type cause struct{ reason string }

func (c *cause) Error() string { return c.reason }

// failure is a handler's own error.
type failure struct{ code int }

func (f *failure) Error() string { return fmt.Sprintf("failure %d", f.code) }

// ending is how a call ended.
type ending struct {
	result   any
	err      error
	panicked any
	exited   bool
}

// attempt calls an executor on a goroutine of its own and waits for it.
func attempt(ctx context.Context, e executor.Executor, a actions.Action) ending {
	return <-begin(ctx, e, a)
}

// begin calls an executor on a goroutine of its own.
func begin(ctx context.Context, e executor.Executor, a actions.Action) <-chan ending {
	ended := make(chan ending, 1)
	go func() {
		end := ending{exited: true}
		defer func() {
			if p := recover(); p != nil {
				end = ending{panicked: p}
			}
			ended <- end
		}()
		result, err := e.Execute(ctx, a)
		end = ending{result: result, err: err}
	}()
	return ended
}

// under puts a combinator on top of a handler.
func under(c combinators.Combinator, b behaviour) (executor.Executor, *handler) {
	h := &handler{behave: b}
	return c(h), h
}

// pause lets time pass in the bubble: longer than any cool-down, window or time to live that a row has configured.
func pause() { wait(1000 * time.Hour) }

func wait(d time.Duration) {
	time.Sleep(d) //nolint:forbidigo // laws run in synctest bubbles
}
