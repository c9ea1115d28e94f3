package combinators

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// errExited is the error of an action whose handler exited the goroutine.
var errExited = errors.New("the handler exited its goroutine")

// observationKey is the context key under which an observation finds itself.
type observationKey struct{}

// observation is one action being observed, and the context that it is carried out under: what the sinks made of the
// incoming one. It is the only allocation of an action that is observed.
type observation struct {
	context.Context
	by    *watch
	ended Ended
}

// begin reads the clock and tells the sinks that an action begins.
func begin(ctx context.Context, a actions.Action, by *watch) *observation {
	n := &observation{Context: ctx, by: by}
	n.ended.Started = Started{Action: a, Step: executor.StepFrom(ctx), At: time.Now()}
	for _, s := range by.told {
		n.start(s)
	}
	return n
}

func (n *observation) Value(key any) any {
	if _, ok := key.(observationKey); ok {
		return n
	}
	return n.Context.Value(key)
}

func (n *observation) start(s Sink) {
	defer ignorePanic(s)
	if ctx := s.Start(n.Context, &n.ended.Started); ctx != nil {
		n.Context = ctx
	}
}

// end reads the clock and tells the sinks that the action ended. What it writes, nobody has seen yet: sinks know the
// Started only.
func (n *observation) end(incoming context.Context, result any, err error) {
	n.ended.Took = time.Since(n.ended.At)
	n.ended.Result, n.ended.Err = result, err
	n.ended.Class = Classify(incoming, err)
	n.tell(&n.ended)
}

func (n *observation) tell(e Event) {
	Tell(n.Context, e, n.by.told...)
}

func tell(ctx context.Context, s Sink, e Event) {
	defer ignorePanic(s)
	s.Observe(ctx, e)
}

// Tell tells sinks of an event that is about no action that is observed, in order. It is for whoever has events of its
// own, such as the durable runtime. A sink that panics is reported to slog.Default, and the others are told.
func Tell(ctx context.Context, e Event, sinks ...Sink) {
	for _, s := range sinks {
		tell(ctx, s, e)
	}
}

// enabled tells whether a sink is. One that panics when it is asked counts as enabled, and may do better next.
func enabled(ctx context.Context, sinks []Sink) (yes bool) {
	var asked Sink
	defer func() {
		if p := recover(); p != nil {
			yes = true
			panicked(asked, p)
		}
	}()
	for _, asked = range sinks {
		if asked.Enabled(ctx) {
			return true
		}
	}
	return false
}

func ignorePanic(s Sink) {
	if p := recover(); p != nil {
		panicked(s, p)
	}
}

func panicked(s Sink, p any) {
	complain("a sink of combinators.Observed panicked", fmt.Sprintf("%T", s), executor.NewPanicError(p))
}

// complain is for panics that nobody else can be told of: the log may be what panics.
func complain(message, who string, panicked *executor.PanicError) {
	defer func() { _ = recover() }()
	slog.Error(message, "who", who, "panic", fmt.Sprintf("%+v", panicked))
}

// watched tells whether report has anybody to tell.
func watched(ctx context.Context) bool {
	_, ok := ctx.Value(observationKey{}).(*observation)
	return ok
}

// report tells an event to the sinks that observe the action that ctx was made for: those of every Observed above that
// saw the same action. It tells whether there is one.
func report(ctx context.Context, e Event) bool {
	n, ok := ctx.Value(observationKey{}).(*observation)
	if !ok {
		return false
	}
	for step := n.ended.Step; ok && n.ended.Step.Same(step); {
		n.tell(e)
		n, ok = n.Context.Value(observationKey{}).(*observation)
	}
	return true
}

// contain calls a callback. If it panics, that is reported to the sinks of the action, or without one to slog.Default,
// and goes no further; contain then returns the panic.
func contain(ctx context.Context, callback string, f func()) (panicked *executor.PanicError) {
	defer func() {
		if p := recover(); p != nil {
			panicked = callbackPanicked(ctx, callback, p)
		}
	}()
	f()
	return nil
}

// callbackPanicked reports what was recovered from a callback.
func callbackPanicked(ctx context.Context, callback string, recovered any) *executor.PanicError {
	p := executor.NewPanicError(recovered)
	if !report(ctx, &CallbackPanicked{callback, p}) {
		complain("a callback of combinators panicked", callback, p)
	}
	return p
}
