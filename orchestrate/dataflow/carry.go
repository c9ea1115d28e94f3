package dataflow

import (
	"context"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// Steps carries out the functions of all flows, and passes every other action on to next: the layer just above the mux,
// below the policies. It needs to know no flow, because a [Call] brings its function along; one that was decoded, in
// another process say, has none, and is an [executor.UnhandledError].
//
//	exec := combinators.Chain(combinators.Parallelize(), executor.System, policies, dataflow.Steps)(mux)
//
// A step waits here while as many as its [Limit] says are being called. To have the limit of a policy, such as a
// timeout, begin after the wait, put [Limits] above it. Steps panics if next is nil.
func Steps(next executor.Executor) executor.Executor {
	checkNext("Steps", next)
	return &steps{next}
}

type steps struct{ next executor.Executor }

func (s *steps) Execute(ctx context.Context, a actions.Action) (any, error) {
	c, ok := a.(callable)
	if !ok {
		return s.next.Execute(ctx, a)
	}
	if err := executor.Refuse(ctx); err != nil {
		return nil, err
	}
	return c.call(ctx)
}

func (s *steps) Unwrap() executor.Executor { return s.next }

func (s *steps) String() string { return "Steps" }

// Limits is where steps wait for their [Limit], instead of in [Steps]: put it above timeouts, retries and breakers, and
// below what carries out groups. A step that is hedged below it counts once. Every other action passes. It panics if
// next is nil.
func Limits(next executor.Executor) executor.Executor {
	checkNext("Limits", next)
	return &limits{next}
}

type limits struct{ next executor.Executor }

func (l *limits) Execute(ctx context.Context, a actions.Action) (any, error) {
	c, ok := a.(interface{ limits() *permits })
	if !ok || c.limits() == nil {
		return l.next.Execute(ctx, a)
	}
	ctx, release, err := c.limits().take(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	return l.next.Execute(ctx, a)
}

func (l *limits) Unwrap() executor.Executor { return l.next }

func (l *limits) String() string { return "Limits" }

// Local carries out flows in this process without any policies: steps, groups, and the standard actions that need only
// the machine. The actions that workflows yield go to the handlers.
func Local(handlers ...executor.Handler) executor.Executor {
	return &local{executor.System(Steps(executor.NewMux(handlers...)))}
}

type local struct{ next executor.Executor }

func (l *local) Execute(ctx context.Context, a actions.Action) (any, error) {
	if g, ok := a.(actions.Group); ok {
		return executor.RunGroup(ctx, g, l)
	}
	return l.next.Execute(ctx, a)
}

func (l *local) Unwrap() executor.Executor { return l.next }

func (l *local) String() string { return "Local" }

func checkNext(function string, next executor.Executor) {
	if next == nil {
		panic("dataflow." + function + ": the next executor is nil")
	}
}

// permits bound how many functions are called at once in one run of a flow or a group, and in those that it is within.
type permits struct {
	free  chan struct{}
	outer *permits
}

func newPermits(n int, outer *permits) *permits {
	if n == 0 {
		return outer
	}
	return &permits{make(chan struct{}, n), outer}
}

// take waits for a permit of each, the innermost first, which is the same order for all: nobody who holds one waits for
// an inner one. Those that ctx holds already it does not take again.
func (p *permits) take(ctx context.Context) (context.Context, func(), error) {
	var taken []*permits
	release := func() {
		for _, p := range taken {
			<-p.free
		}
	}
	for ; p != nil; p = p.outer {
		if executor.Holds(ctx, p) {
			continue
		}
		if err := executor.Refuse(ctx); err != nil {
			release()
			return nil, nil, err
		}
		select {
		case p.free <- struct{}{}:
		case <-ctx.Done():
			release()
			return nil, nil, executor.Refuse(ctx)
		}
		taken = append(taken, p)
		ctx = executor.Hold(ctx, p) //nolint:fatcontext // one for each limit
	}
	return ctx, release, nil
}
