package show

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"unsafe"

	"github.com/baton-go/baton/actions"
)

// settle returns the value in a place of its own, from which all of its fields can be read.
func settle(v reflect.Value) reflect.Value {
	if !v.IsValid() || v.CanAddr() {
		return v
	}
	own := reflect.New(v.Type()).Elem()
	own.Set(v)
	return own
}

// opened makes a part of a settled value readable although it may not be exported.
func opened(v reflect.Value) reflect.Value {
	if v.CanInterface() || !v.CanAddr() {
		return v
	}
	return reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem()
}

// addr is the pointer to a settled value.
func addr(v reflect.Value) any {
	if !v.CanAddr() {
		return nil
	}
	return v.Addr().Interface()
}

func isNil(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Chan, reflect.Func, reflect.Interface, reflect.Map, reflect.Pointer, reflect.Slice,
		reflect.UnsafePointer:
		return v.IsNil()
	default:
		return false
	}
}

func isScalar(k reflect.Kind) bool {
	return k < reflect.Array && k != reflect.Invalid || k == reflect.String
}

func hasExported(t reflect.Type) bool {
	for i := range t.NumField() {
		if f := t.Field(i); f.IsExported() && !isReturns(f) {
			return true
		}
	}
	return false
}

// isReturns tells whether a field is what makes a struct an action: the embedded Returns.
func isReturns(f reflect.StructField) bool {
	return f.Anonymous && f.Type.PkgPath() == reflect.TypeFor[actions.Returns[any]]().PkgPath() &&
		strings.HasPrefix(f.Type.Name(), "Returns[")
}

// isMachinery tells whether a field is how a value works and not what it is: a struct that holds a function, and
// nothing that is exported, in a field that is not exported either.
func isMachinery(f reflect.StructField) bool {
	if f.IsExported() || f.Type.Kind() != reflect.Struct || hasExported(f.Type) {
		return false
	}
	for i := range f.Type.NumField() {
		if f.Type.Field(i).Type.Kind() == reflect.Func {
			return true
		}
	}
	return false
}

// isPlain tells whether an error is nothing but its text, and what it wraps.
func isPlain(err error) bool {
	t := reflect.TypeOf(err)
	return t.Kind() == reflect.Pointer && (t.Elem().PkgPath() == "errors" || t.Elem().PkgPath() == "fmt")
}

// sortedKeys are the keys of a map in their order, or where they have none, in that of their texts.
func sortedKeys(m reflect.Value) []reflect.Value {
	keys := m.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int {
		switch {
		case a.CanInt():
			return cmp.Compare(a.Int(), b.Int())
		case a.CanUint():
			return cmp.Compare(a.Uint(), b.Uint())
		case a.CanFloat():
			return cmp.Compare(a.Float(), b.Float())
		case a.Kind() == reflect.String:
			return cmp.Compare(a.String(), b.String())
		}
		return cmp.Compare(written(a), written(b))
	})
	return keys
}

func written(v reflect.Value) string {
	w := &writer{bounds: line}
	w.value(settle(v), place{})
	return w.String()
}
