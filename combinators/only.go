package combinators

import (
	"context"
	"fmt"
	"reflect"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// For applies a combinator to actions of type A only. Above Parallelize it sees top-level actions only, not those in
// groups; For[actions.Group] sees the groups. Around another For of the same type it does what one around a chain of
// both does. It costs a comparison of types. It panics if c is nil.
func For[A actions.Action](c Combinator) Combinator {
	t := reflect.TypeFor[A]()
	return only(choice{name: fmt.Sprintf("For[%s]", t), typ: t, match: func(_ context.Context, a actions.Action) bool {
		_, ok := a.(A)
		return ok
	}}, c)
}

// When applies a combinator to the actions that match only. Above Parallelize it sees top-level actions only, and
// groups. Around another When with the same match it does what one around a chain of both does. It costs the match, a
// panic of which is one of the action. When panics if match or c is nil.
func When(match func(actions.Action) bool, c Combinator) Combinator {
	if match == nil {
		panic("combinators.When: the match is nil")
	}
	return only(choice{name: "When", match: func(_ context.Context, a actions.Action) bool { return match(a) }}, c)
}

// Named applies a combinator to one scope only (see orchestrate.Scope), so that two calls of one action can have
// different policies. Below Parallelize it acts on each single action within the scope, in scopes nested in it too;
// above Parallelize it acts on the scope as a whole, if that is not itself in a group. Around another Named of the same
// scope it does what one around a chain of both does. It costs a look at each scope that the action is in. It panics if
// the scope has no name or c is nil.
func Named(scope string, c Combinator) Combinator {
	if scope == "" {
		panic("combinators.Named: the name of the scope is empty")
	}
	match := func(ctx context.Context, a actions.Action) bool {
		if g, ok := a.(actions.Group); ok && g.Scope == scope {
			return true
		}
		return executor.StepFrom(ctx).InScope(scope)
	}
	return only(choice{name: fmt.Sprintf("Named(%s)", scope), scope: scope, match: match}, c)
}

// only makes the combinator that makes the choice and applies c.
func only(made choice, c Combinator) Combinator {
	if c == nil {
		panic(fmt.Sprintf("combinators.%s: the combinator is nil", made.name))
	}
	return func(next executor.Executor) executor.Executor {
		made := made
		made.layer, made.matched = around(made.name, next), c(next)
		if made.matched == nil {
			panic(fmt.Sprintf("combinators.%s: the combinator made a nil executor", made.name))
		}
		return &made
	}
}

// choice sends the actions that match through a combinator, and the others past it.
type choice struct {
	layer
	name    string
	match   func(context.Context, actions.Action) bool
	matched executor.Executor
	typ     reflect.Type // that For chooses; else nil
	scope   string       // that Named chooses; else empty
}

func (c *choice) Execute(ctx context.Context, a actions.Action) (any, error) {
	if c.match(ctx, a) {
		return c.matched.Execute(ctx, a)
	}
	return c.next.Execute(ctx, a)
}

// String names the layer and what it applies: "For[shop.Charge](Retried > Timed)".
func (c *choice) String() string {
	return fmt.Sprintf("%s(%s)", c.name, c.applied())
}

// applied is the layers that are around what matches only.
func (c *choice) applied() executor.Stack {
	all, rest := executor.Layers(c.matched), executor.Layers(c.next)
	return all[:max(0, len(all)-len(rest))]
}
