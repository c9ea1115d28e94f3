package dataflow

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// shape is a struct as a list of names: the inputs of a function, or its outputs.
type shape struct {
	typ    reflect.Type
	fields []field
	// plain is true of a type that has no names: whatever is not a struct, or is one without exported fields.
	plain bool
}

// field is an exported field of a struct, also one of a struct that is embedded in it.
type field struct {
	name     string
	index    []int
	typ      reflect.Type
	optional bool
	fallback reflect.Value // what the tag says that it is by default; not valid if nothing
}

// shapeOf reads a type. The error joins everything that is wrong with its fields.
func shapeOf(t reflect.Type) (*shape, error) {
	s := &shape{typ: t}
	if t.Kind() != reflect.Struct {
		s.plain = true
		return s, nil
	}
	var errs []error
	seen := map[string]string{}
	for _, f := range reflect.VisibleFields(t) {
		if !f.IsExported() || isPart(f) || !reachable(t, f.Index) {
			continue
		}
		tag := f.Tag.Get("flow")
		if tag == "-" {
			continue
		}
		one, err := readField(f, tag)
		if err != nil {
			errs = append(errs, fmt.Errorf("field %s: %w", f.Name, err))
			continue
		}
		if other, ok := seen[one.name]; ok {
			errs = append(errs, fmt.Errorf("fields %s and %s are both named %q", other, f.Name, one.name))
			continue
		}
		seen[one.name] = f.Name
		s.fields = append(s.fields, one)
	}
	s.plain = len(s.fields) == 0 && t.NumField() > 0
	return s, errors.Join(errs...)
}

// isPart tells whether a field is a struct that is embedded: its fields stand for it, unless it has a name of its own.
func isPart(f reflect.StructField) bool {
	_, tagged := f.Tag.Lookup("flow")
	return f.Anonymous && f.Type.Kind() == reflect.Struct && !tagged
}

// reachable tells whether a field is the struct's own, or of structs that are embedded without a name and not behind a
// pointer.
func reachable(t reflect.Type, index []int) bool {
	for _, i := range index[:len(index)-1] {
		f := t.Field(i)
		if !isPart(f) {
			return false
		}
		t = f.Type
	}
	return true
}

// readField reads the tag of a field: `flow:"name,optional,default=text"`, each part of which may be left out. The
// default is the last.
func readField(f reflect.StructField, tag string) (field, error) {
	one := field{name: f.Name, index: f.Index, typ: f.Type}
	name, rest, more := strings.Cut(tag, ",")
	if name != "" {
		one.name = name
	}
	if err := checkName(one.name); err != nil {
		return one, err
	}
	for more {
		var option string
		if text, ok := strings.CutPrefix(rest, "default="); ok {
			v, err := parse(f.Type, text)
			if err != nil {
				return one, fmt.Errorf("the default %q: %w", text, err)
			}
			one.optional, one.fallback = true, v
			break
		}
		option, rest, more = strings.Cut(rest, ",")
		if option != "optional" {
			return one, fmt.Errorf("the tag says %q, and may say optional or default=", option)
		}
		one.optional = true
	}
	return one, nil
}

const maxName = 200

// checkName refuses what cannot be shown or quoted in a path.
func checkName(name string) error {
	switch {
	case name == "":
		return errors.New("the name is empty")
	case len(name) > maxName:
		return fmt.Errorf("the name is %d bytes long, and may have %d", len(name), maxName)
	case !printable(name):
		return fmt.Errorf("the name %q is not printable", name)
	}
	return nil
}
