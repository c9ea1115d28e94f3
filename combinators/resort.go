package combinators

import (
	"context"
	"errors"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// Resort is something to fall back on. Make one with [Instead], [AnswerFunc] or [Answer].
type Resort struct {
	name string
	exec executor.Executor // nil if there is none
	try  func(ctx context.Context, a actions.Action, err error) (any, error)
}

// errDeclined is the error of a resort that has nothing to add.
var errDeclined = errors.New("declined")

// Instead falls back on another executor, which carries out the same action: a replica, or one that answers from a
// store. Its calls are attempts of their own to executor.StepFrom(ctx). Instead panics if the executor is nil.
func Instead(e executor.Executor) Resort {
	around("Instead", e)
	return Resort{
		name: executor.Layers(e).String(),
		exec: e,
		try: func(ctx context.Context, a actions.Action, _ error) (any, error) {
			return e.Execute(ctx, a)
		},
	}
}

// AnswerFunc falls back on a function of the action and of the error with which it failed. To decline, the function
// returns that very error, or one that it wraps. If it panics, that is its failure. AnswerFunc panics if f is nil.
func AnswerFunc(f func(ctx context.Context, a actions.Action, err error) (any, error)) Resort {
	if f == nil {
		panic("combinators.AnswerFunc: the function is nil")
	}
	return Resort{
		name: "func",
		try: func(ctx context.Context, a actions.Action, err error) (any, error) {
			var result any
			var failed error
			if p := contain(ctx, "AnswerFunc", func() { result, failed = f(ctx, a, err) }); p != nil {
				return nil, p
			}
			if failed != nil && errors.Is(err, failed) {
				return nil, errDeclined
			}
			return result, failed
		},
	}
}

// Answer falls back on a fixed result, nil for the zero value. Everybody gets the same one, so nobody may change it.
func Answer(result any) Resort {
	return Resort{
		name: "answer",
		try:  func(context.Context, actions.Action, error) (any, error) { return result, nil },
	}
}
