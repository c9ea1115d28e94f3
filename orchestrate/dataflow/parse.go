package dataflow

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"
)

// parse reads a default as a value of the type.
func parse(t reflect.Type, text string) (reflect.Value, error) {
	v := reflect.New(t)
	if u, ok := v.Interface().(encoding.TextUnmarshaler); ok {
		return v.Elem(), u.UnmarshalText([]byte(text))
	}
	v = v.Elem()
	if t == reflect.TypeFor[time.Duration]() {
		d, err := time.ParseDuration(text)
		v.SetInt(int64(d))
		return v, err
	}
	switch t.Kind() {
	case reflect.String:
		v.SetString(text)
		return v, nil
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		v.SetBool(b)
		return v, unwrapped(err)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, err := strconv.ParseInt(text, 0, t.Bits())
		v.SetInt(n)
		return v, unwrapped(err)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		n, err := strconv.ParseUint(text, 0, t.Bits())
		v.SetUint(n)
		return v, unwrapped(err)
	case reflect.Float32, reflect.Float64:
		x, err := strconv.ParseFloat(text, t.Bits())
		v.SetFloat(x)
		return v, unwrapped(err)
	default:
		return v, fmt.Errorf("a %s has no default in a tag", t)
	}
}

// unwrapped leaves out which function of strconv it was.
func unwrapped(err error) error {
	if e, ok := errors.AsType[*strconv.NumError](err); ok {
		return e.Err
	}
	return err
}

// printable tells whether a name is valid UTF-8 that can be read.
func printable(name string) bool {
	if !utf8.ValidString(name) {
		return false
	}
	for _, r := range name {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}
