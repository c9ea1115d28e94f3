package executor

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/internal/nearest"
)

// UnhandledError says that an executor has no handler for an action, and what to do about it. An action with a method
// Remedy() string says that itself.
type UnhandledError struct {
	Action actions.Action
	// Near are the names of handled actions that resemble this one's.
	Near []string
}

// remedied is an action that knows better than the mux what to do about it.
type remedied interface{ Remedy() string }

func unhandled(a actions.Action, names []string) error {
	return &UnhandledError{Action: a, Near: nearest.Names(actions.Name(a), names)}
}

// Error names the action, the handlers that come near it, and the remedy.
func (e *UnhandledError) Error() string {
	if e.Action == nil {
		return "the action is nil"
	}
	name, t := actions.Name(e.Action), reflect.TypeOf(e.Action)
	if t.Kind() == reflect.Pointer {
		return fmt.Sprintf("no handler for %s: yield the value %s{…}, not a pointer to it", t, t.Elem())
	}
	switch a := e.Action.(type) {
	case actions.Group:
		return fmt.Sprintf("no handler for the group %q of %d branches: wrap the executor in combinators.Parallelize",
			name, len(a.Branches))
	case actions.Shielded:
		return fmt.Sprintf("no handler for the shielded action %s: a yield from executor.Yield unwraps it", name)
	case actions.Sleep, actions.Now, actions.NewID, actions.Random,
		actions.Log, actions.Progress, actions.Publish, actions.Version:
		return fmt.Sprintf("no handler for %s: wrap the executor in executor.System", name)
	}
	if a, ok := e.Action.(remedied); ok {
		return fmt.Sprintf("no handler for %s: %s", name, a.Remedy())
	}
	if actions.IsWait(e.Action) {
		return fmt.Sprintf("no handler for %s: events come from a durable runtime, or add %s to the mux",
			name, signature(e.Action))
	}
	return fmt.Sprintf("no handler for %s%s: add %s to the mux", name, didYouMean(e.Near), signature(e.Action))
}

// signature is what a handler of the action looks like.
func signature(a actions.Action) string {
	t, result := reflect.TypeOf(a), "…"
	_, _ = actions.DecodeResult(a, func(into any) error {
		if r := reflect.TypeOf(into).Elem(); r == reflect.TypeFor[actions.Void]() {
			result = ""
		} else {
			result = r.String()
		}
		return nil
	})
	if result == "" {
		return fmt.Sprintf("executor.OnVoid(func(ctx context.Context, a %s) error {…})", t)
	}
	return fmt.Sprintf("executor.On(func(ctx context.Context, a %s) (%s, error) {…})", t, result)
}

// NotDone is true: nothing was called.
func (e *UnhandledError) NotDone() bool { return true }

func didYouMean(near []string) string {
	if len(near) == 0 {
		return ""
	}
	return " (there is one for " + strings.Join(near, ", ") + ")"
}

// Permanent is true: trying again finds no handler either.
func (e *UnhandledError) Permanent() bool { return true }
