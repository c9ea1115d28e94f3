package failures

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// formOf is the form of the errors of type E: a shape if it has fields that JSON does not bring back, else plain JSON.
func formOf[E error]() form {
	if s, ok := shapeOf(reflect.TypeFor[E]()); ok {
		return shaped[E]{s}
	}
	return plain[E]{}
}

// find is errors.As of one error alone. A nil pointer is none.
func find[E error](err error) error {
	e, ok := err.(E) //nolint:errorlint // walks the tree itself
	if !ok {
		if x, is := err.(interface{ As(into any) bool }); is {
			e, ok = ask[E](x)
		}
	}
	if !ok {
		return nil
	}
	if v := reflect.ValueOf(e); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return nil
	}
	return e
}

func ask[E error](err interface{ As(into any) bool }) (e E, ok bool) {
	guard(func() { ok = err.As(&e) })
	return e, ok
}

// plain is the form of errors that JSON brings back.
type plain[E error] struct{}

func (plain[E]) find(err error) error { return find[E](err) }

func (plain[E]) holds() bool { return false }

func (plain[E]) same(other form) bool { return other == form(plain[E]{}) }

func (plain[E]) encode(_ *recorder, err error) (json.RawMessage, error) { return Marshal(err) }

func (plain[E]) decode(_ *player, text json.RawMessage) (error, error) {
	var e E
	if bytes.Equal(text, []byte("null")) && reflect.TypeFor[E]().Kind() == reflect.Pointer {
		return nil, errors.New("it is null")
	}
	if err := json.Unmarshal(text, &e); err != nil {
		return nil, err
	}
	return e, nil
}

// panicForm is the form of panics that other errors wrap: that of a failure which is one.
type panicForm struct{}

func (panicForm) find(err error) error { return find[*executor.PanicError](err) }

func (panicForm) holds() bool { return true }

func (panicForm) same(other form) bool { return other == form(panicForm{}) }

func (panicForm) encode(r *recorder, err error) (json.RawMessage, error) {
	return Marshal(r.failure(err, maxInner))
}

func (panicForm) decode(p *player, text json.RawMessage) (error, error) {
	f := &Failure{}
	if err := json.Unmarshal(text, f); err != nil {
		return nil, err
	}
	f.Panic = true
	return p.error(f), nil
}

// shape says how the struct behind an error type is recorded: as another struct with fields of the same names, in which
// errors are failures and actions names.
type shape struct {
	pointer   bool
	real, own reflect.Type
	fields    []shapeField
	hasErrors bool
}

type shapeField struct {
	real, own int
	sort      fieldSort
}

type fieldSort uint8

const (
	asItIs fieldSort = iota
	anError
	manyErrors
	anAction
)

var (
	errorType     = reflect.TypeFor[error]()
	errorsType    = reflect.TypeFor[[]error]()
	actionType    = reflect.TypeFor[actions.Action]()
	marshalerType = reflect.TypeFor[json.Marshaler]()
	readerType    = reflect.TypeFor[json.Unmarshaler]()
)

// shapeOf is the shape of a type, if it needs one.
func shapeOf(t reflect.Type) (s shape, ok bool) {
	defer func() {
		if recover() != nil { // reflect cannot make every struct
			ok = false
		}
	}()
	if t.Kind() == reflect.Pointer {
		s.pointer, t = true, t.Elem()
	}
	whole := reflect.PointerTo(t)
	if t.Kind() != reflect.Struct || whole.Implements(marshalerType) || whole.Implements(readerType) {
		return s, false
	}
	s.real = t
	var own []reflect.StructField
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			continue
		}
		sf := shapeField{real: i, own: len(own)}
		field := reflect.StructField{Name: f.Name, Type: f.Type, Tag: f.Tag}
		switch f.Type {
		case errorType:
			field.Type, sf.sort, s.hasErrors = reflect.TypeFor[*Failure](), anError, true
		case errorsType:
			field.Type, sf.sort, s.hasErrors = reflect.TypeFor[[]*Failure](), manyErrors, true
		case actionType:
			field.Type, sf.sort = reflect.TypeFor[string](), anAction
		}
		ok = ok || sf.sort != asItIs
		own, s.fields = append(own, field), append(s.fields, sf)
	}
	if ok {
		s.own = reflect.StructOf(own)
	}
	return s, ok
}

// shaped is the form of errors that have a shape.
type shaped[E error] struct{ shape }

func (shaped[E]) find(err error) error { return find[E](err) }

func (s shaped[E]) holds() bool { return s.hasErrors }

func (shaped[E]) same(other form) bool { _, ok := other.(shaped[E]); return ok }

func (s shaped[E]) encode(r *recorder, err error) (json.RawMessage, error) {
	from := reflect.ValueOf(err)
	if s.pointer {
		from = from.Elem()
	}
	to := reflect.New(s.own).Elem()
	for _, f := range s.fields {
		from, to := from.Field(f.real), to.Field(f.own)
		switch f.sort {
		case asItIs:
			to.Set(from)
		case anError:
			if err, ok := from.Interface().(error); ok {
				to.Set(reflect.ValueOf(r.failure(err, maxInner)))
			}
		case manyErrors:
			list, err := r.failures(from.Interface().([]error))
			if err != nil {
				return nil, err
			}
			to.Set(reflect.ValueOf(list))
		case anAction:
			if a, ok := from.Interface().(actions.Action); ok {
				to.SetString(actions.Name(a))
			}
		}
	}
	return Marshal(to.Interface())
}

func (r *recorder) failures(errs []error) ([]*Failure, error) {
	if len(errs) > maxList {
		return nil, fmt.Errorf("it has %d errors, and there is room for %d", len(errs), maxList)
	}
	var list []*Failure
	for _, err := range errs {
		var f *Failure
		if err != nil {
			f = r.failure(err, maxInner)
		}
		list = append(list, f)
	}
	return list, nil
}

func (s shaped[E]) decode(p *player, text json.RawMessage) (error, error) {
	own := reflect.New(s.own)
	if err := json.Unmarshal(text, own.Interface()); err != nil {
		return nil, err
	}
	whole := reflect.New(s.real)
	for _, f := range s.fields {
		from, to := own.Elem().Field(f.own), whole.Elem().Field(f.real)
		switch f.sort {
		case asItIs:
			to.Set(from)
		case anError:
			if f := from.Interface().(*Failure); f != nil {
				to.Set(reflect.ValueOf(p.error(f)))
			}
		case manyErrors:
			var errs []error
			for _, f := range from.Interface().([]*Failure) {
				var err error
				if f != nil {
					err = p.error(f)
				}
				errs = append(errs, err)
			}
			to.Set(reflect.ValueOf(errs))
		case anAction:
			if name := from.String(); name != "" {
				to.Set(reflect.ValueOf(Action{Known: name}))
			}
		}
	}
	if s.pointer {
		return whole.Interface().(error), nil
	}
	return whole.Elem().Interface().(error), nil
}
