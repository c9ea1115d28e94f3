package plan

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// Symbolic is the executor that answers every single action with a made-up result in which each text says where it
// comes from: "‹Fetch@0[1]›" is element 1 of the result of the Fetch at step 0, "‹GetUser@3.Name›" a field. So a plan
// shows what becomes of the results. Slices have two elements and maps one, numbers are 1, truths are true, a
// time.Duration is a second and a time.Time is in the year 2000. Errors, functions, channels and interfaces other
// than any are nil, unexported fields zero, and so is what is nested deeper than six levels or comes after the first
// thousand values.
func Symbolic() executor.Executor { return executor.Func(symbolic) }

func symbolic(ctx context.Context, a actions.Action) (any, error) {
	return pretend(ctx, a, func(into any) {
		(&symbols{left: maxValues}).fill(reflect.ValueOf(into).Elem(), symbolOf(ctx, a), maxDepth)
	})
}

const (
	maxDepth  = 6
	elements  = 2
	maxValues = 1000
)

// symbolOf names the result of an action: by the event if it waits for one, else by the action's type.
func symbolOf(ctx context.Context, a actions.Action) string {
	name, _, _ := strings.Cut(actions.Name(a), "[") // without type arguments
	if v := reflect.ValueOf(a); actions.IsWait(a) && v.Kind() == reflect.Struct {
		if event := v.FieldByName("Name"); event.IsValid() && event.Kind() == reflect.String {
			name = event.String()
		}
	} else {
		name = name[strings.LastIndexByte(name, '.')+1:]
	}
	if path := executor.StepFrom(ctx).Path(); path != "" {
		name += "@" + path
	}
	return name
}

func quoted(symbol string) string { return "‹" + symbol + "›" }

// symbols fills values by reflection, as many as are left.
type symbols struct{ left int }

var (
	timeType     = reflect.TypeFor[time.Time]()
	durationType = reflect.TypeFor[time.Duration]()
	rawType      = reflect.TypeFor[json.RawMessage]()
	year2000     = time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)
)

func (s *symbols) fill(v reflect.Value, symbol string, depth int) {
	if depth == 0 || s.left == 0 {
		return
	}
	s.left--
	switch v.Type() {
	case timeType:
		v.Set(reflect.ValueOf(year2000))
		return
	case durationType:
		v.SetInt(int64(time.Second))
		return
	case rawType: // which has to be JSON
		v.SetBytes(fmt.Appendf(nil, "%q", quoted(symbol)))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(quoted(symbol))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(1)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		v.SetUint(1)
	case reflect.Float32, reflect.Float64:
		v.SetFloat(1)
	case reflect.Complex64, reflect.Complex128:
		v.SetComplex(1)
	case reflect.Interface:
		if v.NumMethod() == 0 {
			v.Set(reflect.ValueOf(quoted(symbol)))
		}
	default:
		s.compound(v, symbol, depth-1)
	}
}

func (s *symbols) compound(v reflect.Value, symbol string, depth int) {
	switch t := v.Type(); v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
		s.fill(v.Elem(), symbol, depth)
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			v.SetBytes([]byte(quoted(symbol)))
			return
		}
		v.Set(reflect.MakeSlice(t, elements, elements))
		s.list(v, symbol, depth)
	case reflect.Array:
		s.list(v, symbol, depth)
	case reflect.Map:
		key, value := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem()
		s.fill(key, symbol+".key", depth)
		s.fill(value, symbol+".value", depth)
		v.Set(reflect.MakeMap(t))
		if key.Comparable() {
			v.SetMapIndex(key, value)
		}
	case reflect.Struct:
		for i := range t.NumField() {
			if f := t.Field(i); f.IsExported() {
				s.fill(v.Field(i), symbol+"."+f.Name, depth)
			}
		}
	default: // has no value to make up
	}
}

func (s *symbols) list(v reflect.Value, symbol string, depth int) {
	for i := 0; i < v.Len() && s.left > 0; i++ {
		s.fill(v.Index(i), fmt.Sprintf("%s[%d]", symbol, i), depth)
	}
}
