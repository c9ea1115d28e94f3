package failures

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
)

// Kind is a kind of errors that is recorded: what is brought back is of the same kinds as what was recorded. Make it
// with Sentinel or ErrorType. One list of kinds serves cassettes and journals.
type Kind struct {
	name string
	is   error // the sentinel, or nil
	form form  // of an error type, or nil
	bad  string
}

// form is how errors of one type are recorded.
type form interface {
	// find returns the error as one of the type, alone and without what it wraps, or nil.
	find(err error) error
	// holds tells whether the type's own data has the errors that it wraps.
	holds() bool
	encode(r *recorder, err error) (json.RawMessage, error)
	decode(p *player, text json.RawMessage) (error, error)
	same(form) bool
}

// Name is the name of the kind.
func (k Kind) Name() string { return k.name }

// Sentinel is the kind of the errors that wrap err.
func Sentinel(name string, err error) Kind {
	k := Kind{name: name, is: err}
	if name == "" || err == nil {
		k.bad = "the name or the error of a Sentinel is missing"
	}
	return k
}

// ErrorType is the kind of the errors that wrap one of type E, recorded as JSON. Fields of the types error, []error and
// actions.Action, which JSON cannot bring back, are recorded too, an action by its name.
func ErrorType[E error](name string) Kind {
	k := Kind{name: name, form: formOf[E]()}
	switch {
	case name == "":
		k.bad = "the name of an ErrorType is missing"
	case reflect.TypeFor[E]().Kind() == reflect.Interface:
		k.bad = fmt.Sprintf("the kind %q is of an interface, %s: no error of it could be brought back", name,
			reflect.TypeFor[E]())
	}
	return k
}

// Kinds are the kinds that are known, in order. They are safe for concurrent use.
type Kinds struct {
	list   []Kind
	byName map[string]int
	// Bare has stacks, codes and details left out.
	Bare bool
}

// NewKinds is the list of the standard kinds and the given ones. A kind may be given again, also one of the standard
// kinds; two of the same name that differ are an error.
func NewKinds(own ...Kind) (*Kinds, error) {
	k := &Kinds{byName: map[string]int{}}
	for _, kind := range slices.Concat(standard(), own) {
		if kind.name == "" && kind.bad == "" {
			return nil, errors.New("a kind of errors is the zero Kind: make it with Sentinel or ErrorType")
		}
		if kind.bad != "" {
			return nil, errors.New(kind.bad)
		}
		if i, ok := k.byName[kind.name]; ok {
			if !k.list[i].same(kind) {
				return nil, fmt.Errorf("two kinds of errors are named %q", kind.name)
			}
			continue
		}
		k.byName[kind.name] = len(k.list)
		k.list = append(k.list, kind)
	}
	return k, nil
}

func (k Kind) same(other Kind) bool {
	if k.form != nil {
		return other.form != nil && k.form.same(other.form)
	}
	return other.form == nil && same(k.is, other.is)
}

// same tells whether two errors are one, if they can be compared.
func same(a, b error) (same bool) {
	defer func() { _ = recover() }() // what cannot be compared is not the same
	return a == b                    //nolint:errorlint // alone, without what it wraps
}
