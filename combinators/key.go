package combinators

import (
	"context"
	"fmt"
	"reflect"
	"strconv"

	"github.com/baton-go/baton/actions"
)

// KeyError says that an action cannot be told from others of its type, because it is not comparable, and that it was
// not carried out therefore.
type KeyError struct {
	// By is the combinator that has to tell them apart, Cached or Coalesced.
	By     string
	Action actions.Action
	// Field is the path of the field that is not comparable, such as "Query.Tags", and Type is its type. Field is empty
	// if it is the whole key.
	Field string
	Type  reflect.Type
}

// Error names the action, the field, and the remedy.
func (e *KeyError) Error() string {
	name := actions.Name(e.Action)
	if e.Field == "" {
		return fmt.Sprintf("combinators.%s: the key of %s is a %s, which is not comparable", e.By, name, e.Type)
	}
	return fmt.Sprintf("combinators.%s: %s is not comparable, because its field %s is a %s: give it a key", e.By, name,
		e.Field, e.Type)
}

// NotDone is true: nothing was called.
func (e *KeyError) NotDone() bool { return true }

// Permanent is true: trying again does not change the type.
func (e *KeyError) Permanent() bool { return true }

// key is what equal actions have in common, for Cached and Coalesced. The type is part of it, so that a key function
// can never bring together actions with different types of results.
type key struct {
	typ   reflect.Type
	value any
}

// keyMaker makes keys for a combinator.
type keyMaker struct {
	by       string                   // the name of the combinator
	of       func(actions.Action) any // nil: the action itself
	callback string                   // the name of that function
}

// keyOf makes the key of an action: of what the function makes of it, or without one of the action itself. It tells
// whether the action has one. It has none if the function says so by returning nil, or panics; if it is a group, which
// holds functions, and nothing else is made of it; or if each is a fact of its own although all of them are equal, like
// the IDs of [actions.NewID] and the events of [actions.Receive].
func (m keyMaker) keyOf(ctx context.Context, a actions.Action) (k key, ok bool, err error) {
	switch a.(type) {
	case nil, actions.Now, actions.NewID, actions.Random:
		return key{}, false, nil
	}
	if actions.IsWait(a) || actions.IsAside(a) {
		return key{}, false, nil
	}
	k = key{typ: reflect.TypeOf(a), value: a}
	if m.of != nil {
		k.value = nil // also if it panics
		_ = contain(ctx, m.callback, func() { k.value = m.of(a) })
	}
	switch k.value.(type) {
	case nil, actions.Group:
		return key{}, false, nil
	}
	if path, t := uncomparable(reflect.ValueOf(k.value)); t != nil {
		return key{}, false, &KeyError{By: m.by, Action: a, Field: path, Type: t}
	}
	return k, k == same(k), nil // a NaN is no key: a map never finds it again
}

// same hides from vet that a key is compared with itself.
func same(k key) key { return k }

// uncomparable finds the part of a value that is not comparable, and its path. The type is nil if there is none. It is
// what reflect.Value.Comparable does, without its allocations.
func uncomparable(v reflect.Value) (path string, t reflect.Type) {
	switch v.Kind() {
	case reflect.Func, reflect.Map, reflect.Slice:
		return "", v.Type()
	case reflect.Interface:
		if !v.IsNil() {
			return uncomparable(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if rest, t := uncomparable(v.Field(i)); t != nil {
				return join(v.Type().Field(i).Name, rest), t
			}
		}
	case reflect.Array:
		if !v.Type().Comparable() {
			return "", v.Type()
		}
		if k := v.Type().Elem().Kind(); k == reflect.Interface || k == reflect.Struct || k == reflect.Array {
			for i := range v.Len() {
				if rest, t := uncomparable(v.Index(i)); t != nil {
					return join(strconv.Itoa(i), rest), t
				}
			}
		}
	default:
	}
	return "", nil
}

func join(name, rest string) string {
	if rest == "" {
		return name
	}
	return name + "." + rest
}
