package combinators

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// Sink is told what happens by [Observed]. Implementations are safe for concurrent use and do not block. A sink that
// panics is reported to slog.Default and otherwise ignored.
type Sink interface {
	// Enabled tells whether the sink wants to hear of an action at all. While no sink does, Observed costs nothing; if
	// another one does, this one is told as well.
	Enabled(ctx context.Context) bool
	// Start is told that an action begins, and returns the context to carry it out under: ctx, or one derived from it.
	Start(ctx context.Context, e *Started) context.Context
	// Observe is told everything else: that the action ended, and what the combinators below have done about it in the
	// meantime, or, of a handler that [Timed] has abandoned, later. The context is the one that the sinks' Start made
	// together.
	Observe(ctx context.Context, e Event)
}

// Observed tells sinks what happens: one [Started] and one [Ended] for each action, and in between what the
// combinators below report, such as [RetryScheduled]. The clock is read once before the action and once after it,
// however many sinks there are, in one Observed or in several that follow one another, which then do as one. Sinks
// are told in order, the outermost first. It calls what it wraps exactly once with the same action, so it may stand
// on either side of a journal. A panic or an exit of the goroutine below it is told as an [Ended] with an error, and
// goes on.
//
// As the outermost layer it observes everything: actions, groups as the whole they are, and each single action inside
// them. Below [Parallelize] it observes single actions only. Above [Retried] it sees the last outcome, and is told of
// each retry; below, it sees each attempt as an action. Two of them with different sinks both see everything, also
// what combinators report; two with the same sink tell it twice, and read the clock twice.
//
// It costs its sinks, two readings of the clock and one allocation for each action; while no sink is enabled, a few
// nanoseconds. Observed panics if a sink is nil or there twice.
func Observed(sinks ...Sink) Combinator {
	names := make([]string, len(sinks))
	for i, s := range sinks {
		switch {
		case s == nil:
			panic(fmt.Sprintf("combinators.Observed: sink %d is nil", i))
		case contains(sinks[:i], s):
			panic(fmt.Sprintf("combinators.Observed: sink %d is there already", i))
		}
		names[i] = fmt.Sprintf("%T", s)
		if n, ok := s.(fmt.Stringer); ok {
			names[i] = n.String()
		}
	}
	return observe("Observed", strings.Join(names, ", "), slices.Clone(sinks)...)
}

// observe makes the combinator of the given name.
func observe(combinator, detail string, sinks ...Sink) Combinator {
	name := combinator
	if detail != "" {
		name += "(" + detail + ")"
	}
	return func(next executor.Executor) executor.Executor {
		o := &observed{around(combinator, next), name, sinks, watch{below: next, told: sinks}}
		if inner, ok := next.(*observed); ok && sameSink(sinks, inner.told) == "" {
			o.below, o.told = inner.below, slices.Concat(sinks, inner.told)
		}
		o.gate = gateOf(o.told)
		return o
	}
}

// observed is the layer as it was asked for. What it does is to watch.
type observed struct {
	layer
	name  string
	sinks []Sink
	watch
}

// String names the layer and its sinks: "Observed(zap, collector)".
func (o *observed) String() string { return o.name }

// contains tells whether a sink is among sinks. Only pointers are compared: other sinks may be equal and not the same.
func contains(sinks []Sink, s Sink) bool {
	return reflect.TypeOf(s).Kind() == reflect.Pointer && slices.Contains(sinks, s)
}

// watch tells sinks of what it passes on: its own layer's, and those of the layers that follow at once, which it skips.
type watch struct {
	below executor.Executor
	told  []Sink
	gate  logGate
}

// gateOf makes a disabled logger cost one call, where it is the only sink.
func gateOf(sinks []Sink) logGate {
	if len(sinks) == 1 {
		if l, ok := sinks[0].(*logSink); ok {
			return l.gate()
		}
	}
	return logGate{}
}

func (w *watch) Execute(ctx context.Context, a actions.Action) (any, error) {
	if w.gate.zapIsOff() || w.gate.slogIsOff(ctx) {
		return w.below.Execute(ctx, a)
	}
	if len(w.told) > 0 && enabled(ctx, w.told) {
		return w.observe(ctx, a)
	}
	return w.below.Execute(ctx, a)
}

func (w *watch) observe(ctx context.Context, a actions.Action) (result any, err error) {
	n := begin(ctx, a, w)
	if _, ok := a.(actions.Group); ok {
		n.Context = executor.WithBranches(n.Context, func(e executor.Executor) executor.Executor {
			return &watch{e, w.told, w.gate}
		})
	}
	returned := false
	defer func() {
		if returned {
			return
		}
		p := recover()
		if p == nil {
			n.end(ctx, nil, errExited)
			return
		}
		failure := executor.NewPanicError(p)
		n.end(ctx, nil, failure)
		panic(failure)
	}()
	result, err = w.below.Execute(n, a)
	returned = true
	n.end(ctx, result, err)
	return result, err
}
