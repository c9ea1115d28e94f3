package codec

import (
	"encoding"
	"encoding/gob"
	"reflect"
	"sync"
)

// recursive remembers which types may recur.
var recursive sync.Map // of bool by reflect.Type

// mayRecur tells whether a value of the type may hold another one of the same type, itself included.
func mayRecur(t reflect.Type) bool {
	if known, ok := recursive.Load(t); ok {
		return known.(bool)
	}
	found := recurs(t, map[reflect.Type]bool{})
	recursive.Store(t, found)
	return found
}

// recurs looks for a type below itself, or for an interface, which may hold anything. Within tells which types t is
// within: true while they are looked at, false when nothing was found.
func recurs(t reflect.Type, within map[reflect.Type]bool) bool {
	if opaque(t) {
		return false
	}
	switch t.Kind() {
	case reflect.Interface:
		return true
	case reflect.Struct, reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
	default:
		return false
	}
	if looking, ok := within[t]; ok {
		return looking
	}
	within[t] = true
	defer func() { within[t] = false }()
	if t.Kind() == reflect.Struct {
		for i := range t.NumField() {
			if f := t.Field(i); f.IsExported() && recurs(f.Type, within) {
				return true
			}
		}
		return false
	}
	if t.Kind() == reflect.Map && recurs(t.Key(), within) {
		return true
	}
	return recurs(t.Elem(), within)
}

// ends tells whether a value is at most so many levels deep.
func ends(v reflect.Value, levels int) bool {
	if levels == 0 {
		return false
	}
	if !v.IsValid() || !mayRecur(v.Type()) {
		return true
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && !ends(v.Field(i), levels-1) {
				return false
			}
		}
	case reflect.Pointer, reflect.Interface:
		return ends(v.Elem(), levels-1)
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if !ends(v.Index(i), levels-1) {
				return false
			}
		}
	case reflect.Map:
		for i := v.MapRange(); i.Next(); {
			if !ends(i.Key(), levels-1) || !ends(i.Value(), levels-1) {
				return false
			}
		}
	default: // no other may recur
	}
	return true
}

var opaques = []reflect.Type{
	reflect.TypeFor[gob.GobEncoder](), reflect.TypeFor[encoding.BinaryMarshaler](),
}

// opaque tells whether values of the type encode themselves.
func opaque(t reflect.Type) bool {
	if t.Kind() == reflect.Interface {
		return false
	}
	for _, m := range opaques {
		if t.Implements(m) || reflect.PointerTo(t).Implements(m) {
			return true
		}
	}
	return false
}
