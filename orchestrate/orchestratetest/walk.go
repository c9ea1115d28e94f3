package orchestratetest

import (
	"context"
	"runtime"
	"slices"
	"sync/atomic"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/paths"
	"github.com/baton-go/baton/internal/turns"
	"github.com/baton-go/baton/orchestrate"
)

// How long an orchestration goes on that is taken for endless: actions that are answered by a function, and actions,
// one after the other, that a walk answers by itself.
const maxWalk, maxSpins = 10_000, 10_000

// walk is a run of an orchestration that waits wherever an action is to be answered.
type walk struct {
	t      TB
	host   *turns.Host
	idle   chan struct{} // every strand waits, or the run is over
	cancel context.CancelCauseFunc
	over   bool

	// What the strands write one at a time, and the test reads while all of them wait.
	waiting []*turns.Parked
	trace   Trace
	spins   int
	endless bool

	stopped atomic.Bool
}

// waiting is an action that waits for its answer.
type waiting struct {
	path   string
	action actions.Action
	reply  orchestrate.Reply
}

// startWalk runs the orchestration until it waits. The goroutine of the walk ends with the run, or by stop.
func startWalk[T any](t TB, flow orchestrate.Orchestration[T], returned func(T, error)) *walk {
	w := &walk{t: t, idle: make(chan struct{}, 1)}
	w.host = turns.New(w.choose)
	ctx, cancel := context.WithCancelCause(context.Background())
	w.cancel = cancel
	g := &guard{t: t}
	exited := true
	go func() {
		defer func() {
			if exited && !w.stopped.Load() && !w.endless {
				t.Errorf("stepper: the orchestration exits its goroutine instead of returning%s", soFar(w.trace))
			}
			g.ended()
			w.over, w.waiting = true, nil
			w.idle <- struct{}{}
		}()
		w.host.Run(ctx, func(ctx context.Context) {
			result, err := orchestrate.Run(ctx, guarded(g, flow), w)
			returned(result, err)
			exited = false
		})
	}()
	<-w.idle
	return w
}

// Execute has the action wait for its answer.
func (w *walk) Execute(ctx context.Context, a actions.Action) (any, error) {
	if w.stopped.Load() {
		runtime.Goexit()
	}
	if g, ok := a.(actions.Group); ok {
		return executor.RunGroup(ctx, g, w)
	}
	c := Call{Path: executor.StepFrom(ctx).Path(), Action: clone(a)}
	if c.Err = executor.Refuse(ctx); c.Err != nil || actions.IsAside(a) {
		if c.Err == nil {
			c.Result, c.Err = aside(a)
		}
		return w.spin(c)
	}
	at := &waiting{path: c.Path, action: c.Action}
	if err := w.host.Park(ctx, at); err != nil {
		return nil, err
	}
	if w.stopped.Load() {
		runtime.Goexit()
	}
	w.spins = 0
	c.Result, c.Err = clone(at.reply.Value), at.reply.Err
	w.trace = append(w.trace, c)
	return at.reply.Value, at.reply.Err
}

// spin answers what nobody needs to answer. The goroutine of an orchestration that goes on with it for ever exits.
func (w *walk) spin(c Call) (any, error) {
	w.trace = append(w.trace, c)
	if w.spins++; w.spins > maxSpins {
		if !w.endless {
			w.endless = true
			w.t.Errorf("stepper: the orchestration does not end: %s goes on after %d actions that need no answer",
				c, maxSpins)
		}
		runtime.Goexit()
	}
	return c.Result, c.Err
}

// choose lets actions that are cancelled go on, the first one first, and else waits for an answer.
func (w *walk) choose(parked []*turns.Parked) *turns.Parked {
	slices.SortFunc(parked, func(a, b *turns.Parked) int {
		return paths.Compare(a.Value.(*waiting).path, b.Value.(*waiting).path)
	})
	for _, p := range parked {
		if p.Context.Err() != nil {
			p.Value.(*waiting).reply.Err = whyDone(p.Context)
			return p
		}
	}
	w.waiting = parked
	w.idle <- struct{}{}
	return nil
}

// at finds what waits at a path, or the first that waits if the path is empty. It is nil if there is none.
func (w *walk) at(path string) *waiting {
	for _, p := range w.waiting {
		if at := p.Value.(*waiting); path == "" || at.path == path {
			return at
		}
	}
	return nil
}

// answer answers what waits at a path, and returns when everything waits again.
func (w *walk) answer(path string, reply orchestrate.Reply) {
	i := slices.IndexFunc(w.waiting, func(p *turns.Parked) bool { return p.Value.(*waiting).path == path })
	p := w.waiting[i]
	w.waiting = nil
	p.Value.(*waiting).reply = reply
	w.host.Wake(p)
	<-w.idle
}

// cancelRun cancels the run, and returns when everything waits again.
func (w *walk) cancelRun(cause error) {
	w.cancel(cause)
	if i := slices.IndexFunc(w.waiting, func(p *turns.Parked) bool { return p.Context.Err() != nil }); i >= 0 {
		p := w.waiting[i]
		w.answer(p.Value.(*waiting).path, orchestrate.Reply{Err: whyDone(p.Context)})
	}
}

// stop ends a walk that has not ended: its goroutines exit.
func (w *walk) stop() {
	w.stopped.Store(true)
	for !w.over {
		w.answer(w.waiting[0].Value.(*waiting).path, orchestrate.Reply{})
	}
	w.cancel(context.Canceled)
}
