// Package kinds remembers something for each kind of action, such as a counter or a set of attributes.
package kinds

import (
	"reflect"
	"sync"
	"sync/atomic"

	"github.com/baton-go/baton/actions"
)

// Other is the name that all kinds beyond the limit of a [Map] share.
const Other = "_OTHER"

// Map holds a value for each kind of action: each type, each mode of a group, each scope. Scopes may be named by data,
// so the number of values has a limit. A Map is safe for concurrent use. Looking up a kind that is known takes a few
// nanoseconds, and no allocation except for a scope.
type Map[T any] struct {
	limit int64
	value func(name string) *T
	known sync.Map // of *T, by key
	count atomic.Int64
	other func() *T
}

// New makes a map of limit kinds, give or take concurrent calls, and one for the others. The function makes the value
// for the kind of the given name (see actions.Name), or for [Other]; concurrent calls may make one that is not used.
func New[T any](limit int, value func(name string) *T) *Map[T] {
	other := sync.OnceValue(func() *T { return value(Other) })
	return &Map[T]{limit: int64(limit), value: value, other: other}
}

// Of returns the value of the action's kind: the same pointer each time.
func (m *Map[T]) Of(a actions.Action) *T {
	key := keyOf(a)
	if v, ok := m.known.Load(key); ok {
		return v.(*T)
	}
	if m.count.Load() >= m.limit {
		return m.other()
	}
	v, known := m.known.LoadOrStore(key, m.value(actions.Name(a)))
	if !known {
		m.count.Add(1)
	}
	return v.(*T)
}

// scope is the key of a scope.
type scope string

func keyOf(a actions.Action) any {
	switch a := a.(type) {
	case actions.Shielded:
		return keyOf(a.Action)
	case actions.Group:
		if a.Scope != "" {
			return scope(a.Scope)
		}
		return a.Mode
	}
	return reflect.TypeOf(a)
}
