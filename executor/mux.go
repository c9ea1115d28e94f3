package executor

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/internal/nearest"
)

// Mux is the executor at the bottom of most stacks: it routes each action to the handler of its type. It does not
// change once it is made and is safe for concurrent use.
//
// Under a context that is done it calls no handler (see [Refuse]). For an action that nobody handles it returns an
// [UnhandledError].
type Mux struct {
	byName map[string]route
	table  table
}

// NewMux makes a mux of handlers and of other muxes, whose handlers it takes over. It panics if a handler is nil, or if
// two are for the same action type or for two types of the same name.
func NewMux(handlers ...Handler) *Mux {
	m := &Mux{byName: map[string]route{}}
	for i, h := range handlers {
		if isNil(h) {
			panic(fmt.Sprintf("executor.NewMux: handler %d is nil", i))
		}
		for _, r := range h.routes() {
			m.add(r)
		}
	}
	m.table = newTable(m.routes())
	return m
}

// Execute calls the handler of the action's type.
func (m *Mux) Execute(ctx context.Context, a actions.Action) (any, error) {
	handle := m.table.find(a)
	if handle == nil {
		return nil, unhandled(a, m.Names())
	}
	if ctx.Err() != nil { // Refuse, without the call
		return nil, refuse(ctx)
	}
	return handle(ctx, a)
}

// Else returns an executor that handles what m handles and passes every other action on to next. It is how a few
// handlers are laid over an executor: in a test, or to take off Progress before [System] does. It panics if next is
// nil.
func (m *Mux) Else(next Executor) Executor {
	if isNil(next) {
		panic("executor.Mux.Else: the next executor is nil")
	}
	return &overlay{mux: m, next: next}
}

// Names lists the names of the actions that the mux handles, sorted.
func (m *Mux) Names() []string { return slices.Sorted(maps.Keys(m.byName)) }

// DecodeAction decodes an action that the mux handles, by its name (see [actions.Name]): it calls unmarshal with a
// pointer to a zero value of the action's type and returns that value.
func (m *Mux) DecodeAction(name string, unmarshal func(into any) error) (actions.Action, error) {
	r, err := m.route(name)
	if err != nil {
		return nil, err
	}
	return r.decode(unmarshal)
}

// DecodeResult decodes the result of an action that the mux handles, by the action's name: it calls unmarshal with a
// pointer to a zero value of the result's type and returns that value.
func (m *Mux) DecodeResult(name string, unmarshal func(into any) error) (any, error) {
	r, err := m.route(name)
	if err != nil {
		return nil, err
	}
	return actions.DecodeResult(r.zero, unmarshal)
}

// String tells how many handlers the mux has.
func (m *Mux) String() string { return fmt.Sprintf("Mux(%d)", len(m.byName)) }

func (m *Mux) route(name string) (route, error) {
	r, ok := m.byName[name]
	if !ok {
		near := didYouMean(nearest.Names(name, m.Names()))
		return route{}, fmt.Errorf("executor: no handler for an action named %q%s", name, near)
	}
	return r, nil
}

func (m *Mux) routes() []route { return slices.Collect(maps.Values(m.byName)) }

func (m *Mux) add(r route) {
	old, ok := m.byName[r.name]
	switch {
	case !ok:
		m.byName[r.name] = r
	case old.typ == r.typ:
		panic("executor.NewMux: two handlers for " + r.name)
	default:
		panic(fmt.Sprintf("executor.NewMux: two action types are named %q, %s.%s and %s.%s: give one an ActionName",
			r.name, old.typ.PkgPath(), old.typ.Name(), r.typ.PkgPath(), r.typ.Name()))
	}
}

// overlay is a mux in front of another executor.
type overlay struct {
	mux  *Mux
	next Executor
}

func (o *overlay) Execute(ctx context.Context, a actions.Action) (any, error) {
	if o.mux.table.find(a) == nil {
		return o.next.Execute(ctx, a)
	}
	return o.mux.Execute(ctx, a)
}

func (o *overlay) Unwrap() Executor { return o.next }

func (o *overlay) String() string { return o.mux.String() + ".Else" }

// isNil tells whether an interface value is nil or holds a nil pointer or function.
func isNil(v any) bool {
	if v == nil {
		return true
	}
	r := reflect.ValueOf(v)
	return (r.Kind() == reflect.Pointer || r.Kind() == reflect.Func) && r.IsNil()
}
