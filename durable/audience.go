package durable

import (
	"context"
	"fmt"
	"log/slog"
	"reflect"
	"slices"

	"github.com/baton-go/baton/combinators"
	"github.com/baton-go/baton/durable/fact"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
)

// audience is whom a runtime, or a client, tells what happens. The zero audience is nobody.
type audience struct {
	log   *slog.Logger     // nil: none
	lines combinators.Sink // that writes the log
	sinks []combinators.Sink
	hooks Hooks
}

// newAudience makes an audience of a log, which may be nil, and of sinks.
func newAudience(log *slog.Logger, sinks []combinators.Sink) (audience, error) {
	for i, s := range sinks {
		switch {
		case isNil(s):
			return audience{}, fmt.Errorf("Observe: the sink %d is nil", i)
		case reflect.TypeOf(s).Kind() == reflect.Pointer && slices.Contains(sinks[:i], s):
			return audience{}, fmt.Errorf("Observe: the sink %d is there already", i)
		}
	}
	a := audience{log: log, sinks: slices.Clone(sinks)}
	if log != nil {
		a.lines = combinators.SlogSink(combinators.Log{Slog: log})
	}
	return a, nil
}

// listens tells whether somebody wants to hear of what is logged at the given level.
func (a *audience) listens(ctx context.Context, level combinators.Level) bool {
	for _, s := range a.sinks {
		if s.Enabled(ctx) {
			return true
		}
	}
	return a.log != nil && level != combinators.LevelOff && a.log.Enabled(ctx, slogLevel(level))
}

// slogLevel is a level as slog has it.
func slogLevel(l combinators.Level) slog.Level {
	return slog.LevelDebug + slog.Level(l-combinators.LevelDebug)*4
}

// tell tells everybody.
func (a *audience) tell(ctx context.Context, e combinators.Event) {
	if a.lines != nil {
		combinators.Tell(ctx, e, a.lines)
	}
	combinators.Tell(ctx, e, a.sinks...)
}

// tellApart is tell from a goroutine that the runtime cannot do without: a sink that exits its goroutine, as a test
// that fails does, exits another one.
func (a *audience) tellApart(ctx context.Context, e combinators.Event) {
	if len(a.sinks) == 0 {
		a.tell(ctx, e)
		return
	}
	told := make(chan struct{})
	go func() {
		defer close(told)
		a.tell(ctx, e)
	}()
	<-told
}

// begin tells that a life begins, and returns the context for it.
func (a *audience) begin(ctx context.Context, e *fact.LifeBegan) context.Context {
	for _, s := range a.sinks {
		if f, ok := s.(fact.Follower); ok {
			ctx = a.follow(ctx, f, e) //nolint:fatcontext // as many as there are followers
		}
	}
	a.tell(ctx, e)
	return ctx
}

func (a *audience) follow(ctx context.Context, f fact.Follower, e *fact.LifeBegan) context.Context {
	var begun context.Context
	_ = a.contain(ctx, fmt.Sprintf("%T.Begin", f), func() {
		begun = f.Begin(ctx, e) //nolint:fatcontext // once
	})
	if begun == nil {
		return ctx
	}
	return begun
}

// carry returns what sinks want to be carried from the context to later lives, or nil.
func (a *audience) carry(ctx context.Context) (carried map[string]string) {
	for _, s := range a.sinks {
		if f, ok := s.(fact.Follower); ok {
			_ = a.contain(ctx, fmt.Sprintf("%T.Carry", s), func() {
				for name, value := range f.Carry(ctx) {
					if carried == nil {
						carried = map[string]string{}
					}
					carried[name] = value
				}
			})
		}
	}
	return carried
}

// contain calls something of the user's. If it panics that is told, and goes no further.
func (a *audience) contain(ctx context.Context, what string, f func()) (panicked *executor.PanicError) {
	defer func() {
		if p := recover(); p != nil {
			panicked = executor.NewPanicError(p)
			a.tell(ctx, &combinators.CallbackPanicked{Callback: what, Panic: panicked})
		}
	}()
	f()
	return nil
}

// aboutRun says which run a fact is about.
func aboutRun(r *store.Run) fact.Run {
	return fact.Run{
		ID: r.ID, Flow: r.Flow, Version: r.Version, Queue: r.Queue, Parent: r.Parent, Labels: r.Labels, Life: r.Epoch,
	}
}

// tellChange tells that a run has come to the status that it has, if it had another one before.
func (c *Client) tellChange(ctx context.Context, was store.Status, r store.Run) {
	if was == r.Status {
		return
	}
	level := (&fact.Changed{Status: r.Status}).LogLevel()
	if !c.audience.listens(ctx, level) && !c.audience.hooks.watch() {
		return
	}
	e := &fact.Changed{Run: aboutRun(&r), Status: r.Status}
	switch r.Status {
	case Pending, Waiting:
		e.Due = r.Due
	case Failed:
		e.Err = c.runError(r)
	case Cancelled:
		e.Reason, e.Err = r.Reason, c.cancelledError(r)
	case Blocked:
		e.Reason, e.Err = r.Reason, &BlockedError{Run: r.ID, Reason: r.Reason}
	case Paused:
		e.Reason = r.Reason
	default:
	}
	if r.Status.Finished() && !r.Started.IsZero() {
		e.Took = r.Finished.Sub(r.Started)
	}
	c.audience.tell(ctx, e)
	c.audience.hooks.changed(ctx, &c.audience, e)
}

// tellWritten tells what a write has made of a run, which was written without a lease.
func (c *Client) tellWritten(ctx context.Context, r store.Run, s store.State) {
	was := r.Status
	r.State = s
	c.tellChange(ctx, was, r)
}

// commitAll makes writes of the states of runs without leases, in one transaction. Those of runs that somebody has
// changed before are not made: who was quicker was so with reason.
func (c *Client) commitAll(ctx context.Context, before []store.Run, writes []store.Write) error {
	errs, err := c.store.Commit(ctx, writes)
	if err != nil {
		return err
	}
	for i, r := range before {
		if at(errs, i) == nil {
			c.tellWritten(ctx, r, *writes[i].State)
		}
	}
	return nil
}

// tellCreated tells which runs were started.
func (c *Client) tellCreated(ctx context.Context, created []store.Created) {
	for i := range created {
		if created[i].New {
			c.tellChange(ctx, 0, created[i].Run)
		}
	}
}
