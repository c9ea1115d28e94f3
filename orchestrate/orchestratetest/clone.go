package orchestratetest

import "reflect"

// clone copies a value as far as it is data, so that nobody who changes the original changes what was written down:
// lists, maps, and what is behind pointers unless it has fields that are not exported.
func clone[T any](v T) T {
	r := reflect.ValueOf(&v).Elem()
	c := &cloner{}
	r.Set(c.value(r))
	return v
}

// cloner keeps the copies of references, so that what is shared stays so, and what is within itself ends.
type cloner struct{ seen map[reference]reflect.Value }

type reference struct {
	pointer uintptr
	length  int // of a slice
	t       reflect.Type
}

func (c *cloner) value(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Interface:
		if v.IsNil() {
			return v
		}
		copied := reflect.New(v.Type()).Elem()
		copied.Set(c.value(v.Elem()))
		return copied
	case reflect.Pointer:
		if v.IsNil() || !isData(v.Type().Elem()) {
			return v
		}
		return c.once(v, func() reflect.Value { return reflect.New(v.Type().Elem()) }, func(to reflect.Value) {
			to.Elem().Set(c.value(v.Elem()))
		})
	case reflect.Map:
		if v.IsNil() {
			return v
		}
		return c.once(v, func() reflect.Value { return reflect.MakeMapWithSize(v.Type(), v.Len()) },
			func(to reflect.Value) {
				for entries := v.MapRange(); entries.Next(); {
					to.SetMapIndex(entries.Key(), c.value(entries.Value()))
				}
			})
	case reflect.Slice:
		if v.IsNil() {
			return v
		}
		return c.once(v, func() reflect.Value { return reflect.MakeSlice(v.Type(), v.Len(), v.Len()) },
			func(to reflect.Value) { c.list(v, to) })
	case reflect.Array:
		return c.list(v, reflect.New(v.Type()).Elem())
	case reflect.Struct:
		return c.fields(v)
	default:
		return v
	}
}

// once copies a reference the first time that it is met.
func (c *cloner) once(v reflect.Value, empty func() reflect.Value, fill func(to reflect.Value)) reflect.Value {
	at := reference{pointer: v.Pointer(), t: v.Type()}
	if v.Kind() == reflect.Slice {
		at.length = v.Len()
	}
	if copied, ok := c.seen[at]; ok {
		return copied
	}
	if c.seen == nil {
		c.seen = map[reference]reflect.Value{}
	}
	to := empty()
	if to.Type() != v.Type() {
		to = to.Convert(v.Type()) // a named pointer type
	}
	c.seen[at] = to
	fill(to)
	return to
}

func (c *cloner) list(v, to reflect.Value) reflect.Value {
	for i := range v.Len() {
		to.Index(i).Set(c.value(v.Index(i)))
	}
	return to
}

func (c *cloner) fields(v reflect.Value) reflect.Value {
	to := reflect.New(v.Type()).Elem()
	to.Set(v)
	for i := range v.NumField() {
		if v.Type().Field(i).IsExported() {
			to.Field(i).Set(c.value(v.Field(i)))
		}
	}
	return to
}

// isData tells whether a value behind a pointer can be copied: a struct that hides something may need its address.
func isData(t reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return true
	}
	for i := range t.NumField() {
		if f := t.Field(i); !f.IsExported() || !isData(f.Type) {
			return false
		}
	}
	return true
}
