package executor

import (
	"context"
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
	d := at.step.line.run.slabs.next()
	*d = derived{Context: ctx, place: place{at.step, at.holder, d}, number: int32(attempt)}
	return d
}

// Hold returns a context that says that its owner holds the thing that key stands for, and Holds tells whether one
// does. They make permits re-entrant: an action that is carried out under a permit may run a flow whose actions need
// the same one. Keys are compared with ==. In a run Hold does not allocate, taken over many calls.
func Hold(ctx context.Context, key any) context.Context {
	at := position(ctx)
	var d *derived
	if at.step != nil {
		d = at.step.line.run.slabs.next()
	} else {
		d = new(derived)
	}
	*d = derived{Context: ctx, place: at, held: key}
	return d
}

// Holds tells whether ctx was derived from one that [Hold] returned for the same key.
func Holds(ctx context.Context, key any) bool {
	for p := position(ctx).holder; p != nil; p = p.holder {
		if p.held == key {
			return true
		}
	}
	return false
}

// place is what a context knows about where it is.
type place struct {
	step   *step    // nil outside a run
	holder *derived // the innermost permit
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
	switch c := ctx.Value(stepKey{}).(type) {
	case *step:
		return place{step: c, holder: c.line.holder}
	case *derived:
		if c.held != nil {
			return place{c.step, c, c.try}
		}
		return c.place
	case *rooted:
		return place{holder: c.holder}
	}
	return place{}
}

// derived is a step's context with something added: the number of an attempt, or a permit. Its place is the one that it
// was derived at, except that an attempt is its own.
type derived struct {
	context.Context
	place
	held   any          // of a permit: its key
	number int32        // of an attempt, as is
	flows  atomic.Int32 // how many flows the handler has run in it
}

func (d *derived) Value(key any) any {
	if _, ok := key.(stepKey); ok {
		return d
	}
	return d.Context.Value(key)
}

// slabs hands out derived contexts, each of them once, to any number of goroutines. It allocates one slab for many.
type slabs struct{ current atomic.Pointer[slab] }

type slab struct {
	used  atomic.Int32
	nodes []derived
}

// The first slab of a run is small, for the runs of a few steps.
const firstSlab, lastSlab = 2, 64

func (s *slabs) next() *derived {
	old := s.current.Load()
	size := firstSlab
	if old != nil {
		if i := int(old.used.Add(1)) - 1; i < len(old.nodes) {
			return &old.nodes[i]
		}
		size = min(2*len(old.nodes), lastSlab)
	}
	fresh := &slab{nodes: make([]derived, size)}
	fresh.used.Store(1)
	s.current.CompareAndSwap(old, fresh) // a loser's slab serves its one node and goes
	return &fresh.nodes[0]
}
