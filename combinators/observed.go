package combinators

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// Sink is told what happens by [Observed]. Implementations are safe for concurrent use and do not block. A sink that
// panics is reported to slog.Default and otherwise ignored.
type Sink interface {
	// Enabled tells whether the sink wants to hear of an action at all. While no sink does, Observed costs nothing.
	Enabled(ctx context.Context) bool
	// Start is told that an action begins, and returns the context to carry it out under: ctx, or one derived from it.
	Start(ctx context.Context, e *Started) context.Context
	// Observe is told everything else: that the action ended, under the context that Start returned, and what the
	// combinators below have done about it in the meantime.
	Observe(ctx context.Context, e Event)
}

// Observed tells sinks what happens: one [Started] and one [Ended] for each action, and in between what the
// combinators below report, such as [RetryScheduled]. The clock is read once before the action and once after it,
// however many sinks there are. It calls what it wraps exactly once with the same action, so it may stand on either
// side of a journal.
//
// As the outermost layer it observes everything: actions, groups as the whole they are, and each single action inside
// them. Below Parallelize it observes single actions only. Two of them with the same sinks report what both see twice.
// Observed panics if a sink is nil.
func Observed(sinks ...Sink) Combinator {
	if i := slices.Index(sinks, nil); i >= 0 {
		panic(fmt.Sprintf("combinators.Observed: sink %d is nil", i))
	}
	sinks = slices.Clone(sinks)
	return func(next executor.Executor) executor.Executor {
		return &observed{around("Observed", next), sinks}
	}
}

type observed struct {
	layer
	sinks []Sink
}

func (o *observed) Execute(ctx context.Context, a actions.Action) (any, error) {
	if !slices.ContainsFunc(o.sinks, func(s Sink) bool { return s.Enabled(ctx) }) {
		return o.next.Execute(ctx, a)
	}
	return o.observe(ctx, a)
}

// String names the sinks: "Observed(zap, otel)".
func (o *observed) String() string {
	names := make([]string, len(o.sinks))
	for i, s := range o.sinks {
		if n, ok := s.(fmt.Stringer); ok {
			names[i] = n.String()
		} else {
			names[i] = fmt.Sprintf("%T", s)
		}
	}
	return "Observed(" + strings.Join(names, ", ") + ")"
}

func (o *observed) observe(ctx context.Context, a actions.Action) (result any, err error) {
	n := &observation{by: o, incoming: ctx}
	n.started = Started{Action: a, Step: executor.StepFrom(ctx), At: time.Now()}
	n.Context = ctx
	for _, s := range o.sinks {
		n.start(s)
	}
	if _, ok := a.(actions.Group); ok {
		n.Context = executor.WithBranches(n.Context, func(e executor.Executor) executor.Executor {
			return &observed{layer{e}, o.sinks}
		})
	}
	returned := false
	defer func() {
		if returned {
			return
		}
		p := recover()
		if p == nil {
			n.end(nil, errExited)
			return
		}
		failure := executor.NewPanicError(p)
		n.end(nil, failure)
		panic(failure)
	}()
	result, err = o.next.Execute(n, a)
	returned = true
	n.end(result, err)
	return result, err
}

// errExited is the error of an action whose handler exited the goroutine.
var errExited = errors.New("the handler exited its goroutine")

// observationKey is the context key under which an observation finds itself.
type observationKey struct{}

// observation is one action being observed, and the context that it is carried out under.
type observation struct {
	context.Context
	by       *observed
	incoming context.Context
	started  Started
	ended    Ended
}

func (n *observation) Value(key any) any {
	if _, ok := key.(observationKey); ok {
		return n
	}
	return n.Context.Value(key)
}

func (n *observation) start(s Sink) {
	defer ignoreSink(s)
	if ctx := s.Start(n.Context, &n.started); ctx != nil {
		n.Context = ctx
	}
}

func (n *observation) end(result any, err error) {
	n.ended = Ended{
		Action: n.started.Action,
		Step:   n.started.Step,
		Began:  n.started.At,
		Took:   time.Since(n.started.At),
		Result: result,
		Err:    err,
		Class:  Classify(n.incoming, err),
	}
	n.tell(n.Context, &n.ended)
}

func (n *observation) tell(ctx context.Context, e Event) {
	for _, s := range n.by.sinks {
		tell(ctx, s, e)
	}
}

func tell(ctx context.Context, s Sink, e Event) {
	defer ignoreSink(s)
	s.Observe(ctx, e)
}

func ignoreSink(s Sink) {
	if p := recover(); p != nil {
		slog.Error("a sink of combinators.Observed panicked", "sink", fmt.Sprintf("%T", s),
			"panic", fmt.Sprintf("%+v", executor.NewPanicError(p)))
	}
}

// report tells an event to the sinks that observe the action that ctx was made for: those of every Observed above that
// saw the same action. It tells whether there is one.
func report(ctx context.Context, e Event) bool {
	n, ok := ctx.Value(observationKey{}).(*observation)
	if !ok {
		return false
	}
	step := n.started.Step
	for ok && n.started.Step.Same(step) {
		n.tell(ctx, e)
		n, ok = n.Context.Value(observationKey{}).(*observation)
	}
	return true
}

// contain calls a callback. If it panics, that is reported to the sinks of the action, or without one to slog.Default,
// and goes no further; contain then returns the panic.
func contain(ctx context.Context, callback string, f func()) (panicked *executor.PanicError) {
	defer func() {
		if p := recover(); p != nil {
			panicked = executor.NewPanicError(p)
			if !report(ctx, &CallbackPanicked{callback, panicked}) {
				slog.Error("a callback of combinators panicked", "callback", callback, "panic", fmt.Sprintf("%+v", panicked))
			}
		}
	}()
	f()
	return nil
}
