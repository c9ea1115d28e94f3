package executortest

import (
	"context"
	"errors"
	"time"

	"github.com/baton-go/baton/executor"
)

func contextLaws() []law {
	return []law{
		{
			name: "a done context is refused",
			remedy: "begin with `if err := executor.Refuse(ctx); err != nil { return nil, err }`, unless what is below " +
				"does, and return its error whole",
			check: func(p *probe) {
				ctx, cancel := p.cancellable()
				cancel()
				p.refuses(ctx, context.Canceled)
				past, stop := context.WithDeadlineCause(p.ctx, time.Unix(0, 0), errStopped)
				defer stop()
				p.refuses(past, context.DeadlineExceeded)
			},
		},
		{
			name: "a handler is cancelled when the context ends",
			remedy: "hand the context of the call down, or one derived from it; to an error that only tells the cause, " +
				"as net/http's does, add ctx.Err()",
			check: func(p *probe) {
				ctx, cancel := p.cancellable()
				call := p.start(ctx, wait{Key: "a"})
				p.await("started", "a")
				cancel()
				if !p.subject.Remote {
					p.await("cancelled", "a")
				}
				o := p.wait(call)
				p.ensure(o.err != nil, "a cancelled call returned %v without an error", o.value)
				p.ensure(errors.Is(o.err, context.Canceled), "the error is not context.Canceled to errors.Is: %v", o.err)
			},
		},
		{
			name:     "a cancelled call waits for its handler",
			remedy:   "return only when the call below has returned; to leave a handler behind needs a name of its own",
			concerns: local,
			check: func(p *probe) {
				ctx, cancel := p.cancellable()
				call := p.start(ctx, wait{Key: "a", Lingers: true})
				p.await("started", "a")
				cancel()
				p.await("cancelled", "a")
				p.pending(call, "its handler was still running")
				p.open("a")
				p.wait(call)
			},
		},
		{
			name:     "the values of the context reach the handler",
			remedy:   "derive contexts from the one of the call; never begin with context.Background",
			concerns: local,
			check: func(p *probe) {
				ctx, stop := context.WithTimeout(context.WithValue(p.ctx, valueKey{}, "v"), time.Hour)
				defer stop()
				o := p.do(ctx, where{})
				at, _ := o.value.(place)
				p.ensure(at.Value == "v", "the handler found %q in its context, not %q (%v)", at.Value, "v", o.err)
				p.ensure(at.Deadline, "the handler's context has no deadline, and the caller's has")
			},
		},
	}
}

// refuses checks that an action is refused under a context that is done.
func (p *probe) refuses(ctx context.Context, want error) {
	o := p.do(ctx, echo{Key: "refused"})
	p.ensure(len(p.callsOf("refused")) == 0, "the handler was called under a context that is done")
	p.ensure(o.err != nil, "a call under a context that is done returned %v without an error", o.value)
	p.ensure(errors.Is(o.err, want), "the error is not %q to errors.Is: %v", want, o.err)
	p.ensure(errors.Is(o.err, errStopped), "why the context ended, %q, is not in the error: %v", errStopped, o.err)
	p.ensure(executor.NotDone(o.err), "executor.NotDone does not believe the error: %v", o.err)
}
