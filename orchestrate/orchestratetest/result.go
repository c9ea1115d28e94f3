package orchestratetest

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/internal/show"
)

// wrongResult says that a value is not of an action's result type.
func wrongResult(a actions.Action, v any) string {
	if v == nil {
		return ""
	}
	want, got := resultType(a), reflect.TypeOf(v)
	if want == nil || got == want || want.Kind() == reflect.Interface && got.Implements(want) {
		return ""
	}
	return fmt.Sprintf("the result of %s must be of type %s, got %s %s", actions.Name(a), show.Type(want), show.Type(got),
		show.Value(v))
}

// resultType is the type of an action's result. It is nil if the action has none of its own.
func resultType(a actions.Action) (t reflect.Type) {
	_, _ = actions.DecodeResult(a, func(into any) error {
		t = reflect.TypeOf(into).Elem()
		return errors.ErrUnsupported
	})
	return t
}
