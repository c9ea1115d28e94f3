package executor

import (
	"context"
	"sync/atomic"
)

// WithRun gives the run that is started under the returned context an ID. The same ID means the same run: its steps
// have the same keys, in this process and in any other (see [Step.Key]), so run one flow under it, once, or again
// after a crash. A flow that a handler runs belongs to the handler's own run unless it is given an ID of its own.
func WithRun(ctx context.Context, id string) context.Context {
	return &rooted{Context: ctx, id: id, holder: position(ctx).holder}
}

// run is what all strands of a run have in common.
type run struct {
	id       string
	attempts slabs[derived]
	permits  slabs[permit]
	token    atomic.Pointer[token] // nil until somebody asks
}

// token is a pointer's worth of identity. A struct without size would share its address with others.
type token struct{ _ byte }

func (r *run) tokenOf() *token {
	if t := r.token.Load(); t != nil {
		return t
	}
	r.token.CompareAndSwap(nil, new(token))
	return r.token.Load()
}

// runID is the ID of the run that begins under ctx. Permits may have been taken since it was given.
func runID(ctx context.Context) string {
	for {
		switch c := ctx.Value(stepKey{}).(type) {
		case *rooted:
			return c.id
		case *permit:
			ctx = c.Context
		default:
			return ""
		}
	}
}

// rooted is a context under which a run begins. It hides the step that it is derived from, though not the permits.
type rooted struct {
	context.Context
	id     string
	holder *permit
}

func (r *rooted) Value(key any) any {
	if _, ok := key.(stepKey); ok {
		return r
	}
	return r.Context.Value(key)
}
