package plan

import (
	"context"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

type (
	nodeKey   struct{} // the context key of the innermost step being recorded
	shieldKey struct{} // the context key that marks what is shielded
)

// observed is an executor whose calls are recorded as steps, inside groups too.
type observed struct {
	rec  *recorder
	next executor.Executor
}

func (r *recorder) observe(next executor.Executor) executor.Executor { return &observed{r, next} }

func (o *observed) Execute(ctx context.Context, a actions.Action) (any, error) {
	n, try := o.rec.begin(ctx, a)
	inner := context.WithValue(ctx, nodeKey{}, n)
	if _, ok := a.(actions.Group); ok {
		inner = executor.WithBranches(inner, o.rec.observe)
	}
	return watched(inner, o.next, a, func(result any, err error, exited bool) {
		if exited {
			o.rec.abandon(n, try)
		} else {
			o.rec.end(ctx, n, try, result, err)
		}
	})
}

// Unwrap returns the executor that is observed.
func (o *observed) Unwrap() executor.Executor { return o.next }

// String names the layer.
func (o *observed) String() string { return "Recorded" }

// Attempts is a combinator that counts attempts: put it below what tries actions again, and each call becomes a [Try]
// of the step that [Record] or a [Recorder] sees above. Where nobody records it does nothing. It panics if next is nil.
func Attempts(next executor.Executor) executor.Executor {
	if next == nil {
		panic("plan.Attempts: the next executor is nil")
	}
	return &attempts{next}
}

type attempts struct{ next executor.Executor }

func (t *attempts) Execute(ctx context.Context, a actions.Action) (any, error) {
	n, ok := ctx.Value(nodeKey{}).(*node)
	if !ok || n.key != keyOf(ctx) {
		return t.next.Execute(ctx, a)
	}
	end := n.rec.try(ctx, n)
	return watched(ctx, t.next, a, func(_ any, err error, exited bool) { end(err, exited) })
}

// Unwrap returns the executor that is wrapped.
func (t *attempts) Unwrap() executor.Executor { return t.next }

// String names the layer.
func (t *attempts) String() string { return "Attempts" }

// watched has an action carried out and tells how that ended. A panic goes on as one, with its original stack.
func watched(
	ctx context.Context, next executor.Executor, a actions.Action, end func(result any, err error, exited bool),
) (result any, err error) {
	returned := false
	defer func() {
		if returned {
			return
		}
		p := recover()
		if p == nil {
			end(nil, nil, true)
			return
		}
		panicked := executor.NewPanicError(p)
		end(nil, panicked, false)
		panic(panicked)
	}()
	result, err = next.Execute(ctx, a)
	returned = true
	end(result, err, false)
	return result, err
}
