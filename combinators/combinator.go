package combinators

import (
	"fmt"
	"slices"

	"github.com/baton-go/baton/executor"
)

// Combinator wraps an executor in a layer: a policy, an observer, or what carries out groups. It changes nothing in the
// executor that it is given.
type Combinator func(executor.Executor) executor.Executor

// Chain composes combinators: Chain(a, b)(e) is a(b(e)), so the first is the outermost layer, which sees an action
// first. Chain() is the identity, and chains of chains are the chain of all. A chain costs what its layers cost. It
// panics if a combinator is nil.
func Chain(cs ...Combinator) Combinator {
	for i, c := range cs {
		if c == nil {
			panic(fmt.Sprintf("combinators.Chain: combinator %d is nil", i))
		}
	}
	cs = slices.Clone(cs)
	return func(e executor.Executor) executor.Executor {
		for i := len(cs) - 1; i >= 0; i-- {
			e = cs[i](e)
		}
		return e
	}
}

// layer is what every combinator's executor embeds: the next one.
type layer struct{ next executor.Executor }

// Unwrap returns the executor that the layer is around.
func (l layer) Unwrap() executor.Executor { return l.next }

// around makes the layer around next. It panics if there is nothing to wrap.
func around(combinator string, next executor.Executor) layer {
	if next == nil {
		panic(fmt.Sprintf("combinators.%s: the executor to wrap is nil", combinator))
	}
	return layer{next}
}

// refuse panics with a message that names the field and the value of a bad configuration.
func refuse(combinator, field, want string, got any) {
	panic(fmt.Sprintf("combinators.%s: %s must be %s, got %v", combinator, field, want, got))
}
