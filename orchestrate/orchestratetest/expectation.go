package orchestratetest

import (
	"context"
	"fmt"
	"path/filepath"
	"reflect"
	"runtime"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/internal/show"
)

// expectation says which actions it is for, and how they are answered.
type expectation struct {
	what   string         // for people
	at     string         // where in the test it is written
	typ    reflect.Type   // of the actions
	action actions.Action // the only one; nil if there may be several
	match  func(a actions.Action) bool
	answer answer
}

// answer carries an action out.
type answer func(ctx context.Context, a actions.Action) (any, error)

func unanswered(ctx context.Context, _ actions.Action) (any, error) { return nil, never(ctx) }

func returning[R any](r R) answer {
	return func(context.Context, actions.Action) (any, error) { return r, nil }
}

// expecting is the expectation of one action. Its caller was called by the test.
func expecting(function string, a actions.Action) expectation {
	t := reflect.TypeOf(a)
	switch {
	case isNil(a):
		panic("orchestratetest." + function + ": the action is nil")
	case t.Kind() == reflect.Pointer:
		panic(fmt.Sprintf("orchestratetest.%s: expect the value %s{…}, not a pointer to it", function, show.Type(t.Elem())))
	}
	refuseGroups(function, t)
	a = clone(a)
	return expectation{
		what:   show.Action(a),
		at:     caller(2),
		typ:    t,
		action: a,
		match:  func(got actions.Action) bool { return show.Equal(a, got) },
	}
}

// expectingType is the expectation of all actions of a type for which match is true; without one, of all.
func expectingType[A actions.Action](function string, match func(A) bool) expectation {
	t := reflect.TypeFor[A]()
	refuseGroups(function, t)
	what := "any " + show.Type(t)
	if match != nil {
		what += " that matches"
	}
	return expectation{
		what: what,
		at:   caller(2),
		typ:  t,
		match: func(a actions.Action) bool {
			typed, ok := a.(A)
			return ok && (match == nil || match(typed))
		},
	}
}

// refuseGroups panics for a type that is never handed to anybody, because it is carried out.
func refuseGroups(function string, t reflect.Type) {
	if t == reflect.TypeFor[actions.Group]() {
		panic("orchestratetest." + function + ": groups and scopes are carried out: expect the actions inside")
	}
}

func refuseNil(function, what string, v any) {
	if isNil(v) {
		panic("orchestratetest." + function + ": the " + what + " is nil")
	}
}

// caller is where the function that is skip calls above its caller was called.
func caller(skip int) string {
	_, file, line, _ := runtime.Caller(skip + 1)
	return fmt.Sprintf("%s:%d", filepath.Base(file), line)
}

// nearest is the expectation that differs least from an action, and in what; nil if there is none for its type.
func nearest(es []*expectation, a actions.Action) (near *expectation, diff []string) {
	for _, e := range es {
		if e.typ != reflect.TypeOf(a) {
			continue
		}
		var d []string
		if e.action != nil {
			d = show.Diff(e.action, a)
		}
		if near == nil || len(d) < len(diff) {
			near, diff = e, d
		}
	}
	return near, diff
}
