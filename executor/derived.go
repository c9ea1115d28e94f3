package executor

import (
	"context"
	"fmt"
	"sync/atomic"
)

// WithAttempt returns the context for the given attempt, counted from 1, at the action that ctx was made for; handlers
// see the number through [StepFrom]. A combinator that calls its executor more than once makes a context for each
// call, so that permits taken in one call do not count in another that goes on beside it, and the flows that a handler
// runs have the same paths in each. Outside a run it returns ctx.
func WithAttempt(ctx context.Context, attempt int) context.Context {
	at := position(ctx)
	if at.step == nil {
		return ctx
	}
	d := at.step.line.run.attempts.next()
	*d = derived{Context: ctx, place: place{at.step, at.holder, d}, number: int32(attempt)}
	return d
}

// place is what a context knows about where it is.
type place struct {
	step   *step    // nil outside a run
	holder *permit  // the innermost
	try    *derived // the attempt; nil if nobody counts
}

// attempt is the number of the attempt.
func (p place) attempt() int32 {
	switch {
	case p.try != nil:
		return p.try.number
	case p.step != nil:
		return p.step.line.tried + 1
	}
	return 0
}

// flow numbers the flow that the handler is about to run: each attempt counts its own, so that the steps of a flow are
// the same in every attempt.
func (p place) flow() int32 {
	if p.try != nil {
		return p.try.flows.Add(1) - 1
	}
	return p.step.flows.Add(1) - 1
}

// position finds the place of a context.
func position(ctx context.Context) place {
	if c, ok := ctx.(*step); ok { // as most are
		return place{step: c, holder: c.line.holder}
	}
	switch c := ctx.Value(stepKey{}).(type) {
	case *step:
		return place{step: c, holder: c.line.holder}
	case *permit:
		at := position(c.Context)
		at.holder = c
		return at
	case *derived:
		return c.place
	case *rooted:
		return place{holder: c.holder}
	}
	return place{}
}

// derived is a step's context with something changed: the number of the attempt, or what it is carried out under. Its
// place is the one that it was derived at, except that an attempt is its own.
type derived struct {
	context.Context
	place
	number int32        // of an attempt, as is
	flows  atomic.Int32 // how many flows the handler has run in it
}

// String keeps whoever prints the context from reading what others change.
func (d *derived) String() string {
	return fmt.Sprintf("%v, attempt %d", d.step, d.attempt())
}

func (d *derived) Value(key any) any {
	if _, ok := key.(stepKey); ok {
		return d
	}
	return d.Context.Value(key)
}
