package executor

import "context"

// Hold returns a context that says that its owner holds the thing that key stands for, and [Holds] tells whether one
// does. They make permits re-entrant: an action that is carried out under a permit may run a flow whose actions need
// the same one. Keys are compared with ==. In a run Hold does not allocate, taken over many calls.
func Hold(ctx context.Context, key any) context.Context {
	var p *permit
	if at := position(ctx); at.step != nil {
		p = at.step.line.run.permits.next()
	} else {
		p = new(permit)
	}
	p.Context, p.key = ctx, key
	return p
}

// Holds tells whether ctx was derived from one that [Hold] returned for the same key.
func Holds(ctx context.Context, key any) bool {
	for held := position(ctx).holder; held != nil; held = position(held.Context).holder {
		if held.key == key {
			return true
		}
	}
	return false
}

// HoldsMore tells whether ctx holds something that other does not. What goes on under other may then wait for what ctx
// holds, so who holds it must not wait for that in turn.
func HoldsMore(ctx, other context.Context) bool {
	for held := position(ctx).holder; held != nil; held = position(held.Context).holder {
		if !Holds(other, held.key) {
			return true
		}
	}
	return false
}

// permit is a context that says that its owner holds something. It is small, because there is one for each action that
// needs a permit: where it is, it finds out from what it is derived from.
type permit struct {
	context.Context
	key any
}

func (p *permit) Value(key any) any {
	if _, ok := key.(stepKey); ok {
		return p
	}
	return p.Context.Value(key)
}
