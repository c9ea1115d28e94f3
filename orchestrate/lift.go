package orchestrate

import (
	"reflect"

	"github.com/baton-go/baton/actions"
)

// Lift makes a flow of one action, to put it in a group. In the group it stays plain data: its leaf.
func Lift[A actions.Of[R], R any](a A) Orchestration[R] { return lift[R](a) }

// Each makes a flow of each action, to put them in a group: All(y, Each(a, b, c)...). In the group they stay plain
// data: its leaves.
func Each[A actions.Of[R], R any](as ...A) []Orchestration[R] {
	flows := make([]Orchestration[R], len(as))
	for i, a := range as {
		flows[i] = lift[R](a)
	}
	return flows
}

// lift is the one place where flows of one action are made, so that a brancher can tell them by their code.
//
//go:noinline
func lift[R any](a actions.Action) Orchestration[R] {
	return func(y actions.Yield) (R, error) {
		v, err := ask(y, a)
		return result[R](a, v, err)
	}
}

// brancher makes branches of flows: leaves of those that Lift and Each made. A function value can be compared with
// nothing but nil, so such a flow is told by the address of its code, and is then safe to ask: it does nothing but
// yield its action. Should a compiler ever give these flows several addresses, they would run as branches, which has
// the same result and is less readable in a plan. See docs/adr/0003-leaves.md.
type brancher[R any] struct {
	code  uintptr
	ask   actions.Yield
	asked actions.Action
}

func newBrancher[R any]() *brancher[R] {
	b := &brancher[R]{code: reflect.ValueOf(lift[R](nil)).Pointer()}
	b.ask = func(a actions.Action) (any, error) {
		b.asked = a
		return nil, nil
	}
	return b
}

func (b *brancher[R]) branch(flow Orchestration[R]) actions.Branch {
	if reflect.ValueOf(flow).Pointer() == b.code {
		_, _ = flow(b.ask) // there is nothing but the action to know
		return actions.Branch{Leaf: b.asked}
	}
	return actions.Branch{Flow: func(y actions.Yield) (any, error) { return flow(y) }}
}

func branchOf[R any](flow Orchestration[R]) actions.Branch { return newBrancher[R]().branch(flow) }
