package executor

import (
	"context"
	"fmt"
	"reflect"

	"github.com/baton-go/baton/actions"
)

// Handler is what a [Mux] is made of: the handler of one action type, from [On] or [OnVoid], or another mux with all
// of its handlers.
type Handler interface{ routes() []route }

// route is one action type and the function that carries its actions out.
type route struct {
	typ    reflect.Type
	name   string
	handle Func
	decode func(unmarshal func(into any) error) (actions.Action, error)
	zero   actions.Action
}

// On handles actions of type A with f. The compiler checks that f returns the result that A declares, so that a mux
// can never answer with a wrong type. On panics if f is nil, or A is not a struct or has an empty name.
func On[A actions.Of[R], R any](f func(ctx context.Context, a A) (R, error)) Handler {
	if f == nil {
		panic(fmt.Sprintf("executor.On: the handler for %s is nil", reflect.TypeFor[A]()))
	}
	return newRoute[A]("On", func(ctx context.Context, a actions.Action) (any, error) {
		return f(ctx, a.(A))
	})
}

// OnVoid handles actions of type A, which have no result, with f. It panics as [On] does.
func OnVoid[A actions.Of[actions.Void]](f func(ctx context.Context, a A) error) Handler {
	if f == nil {
		panic(fmt.Sprintf("executor.OnVoid: the handler for %s is nil", reflect.TypeFor[A]()))
	}
	return newRoute[A]("OnVoid", func(ctx context.Context, a actions.Action) (any, error) {
		return nil, f(ctx, a.(A))
	})
}

func newRoute[A actions.Action](function string, handle Func) route {
	t := reflect.TypeFor[A]()
	if t.Kind() != reflect.Struct {
		panic(fmt.Sprintf("executor.%s: %s is not a struct: an action is a struct that embeds actions.Returns",
			function, t))
	}
	var zero A
	name := actions.Name(zero)
	if name == "" {
		panic(fmt.Sprintf("executor.%s: the ActionName of %s is empty", function, t))
	}
	return route{
		typ:    t,
		name:   name,
		handle: handle,
		zero:   zero,
		decode: func(unmarshal func(into any) error) (actions.Action, error) {
			var a A
			if err := unmarshal(&a); err != nil {
				return nil, err
			}
			return a, nil
		},
	}
}

func (r route) routes() []route { return []route{r} }
