package show

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/baton-go/baton/actions"
)

// bounds say how much of a value is written: bytes of a text, elements of a list, levels, and bytes in all.
type bounds struct{ text, elements, depth, all int }

var (
	line      = bounds{text: maxText, elements: 40, depth: 12, all: 4000}
	unbounded = bounds{text: math.MaxInt, elements: math.MaxInt, depth: 1000, all: math.MaxInt}
)

const maxText = 400

// writer writes one value.
type writer struct {
	strings.Builder
	bounds
	level int
	full  bool
	seen  []seen // the pointers, maps and slices that the value is within
}

type seen struct {
	p uintptr
	t reflect.Type
}

// place is what a reader knows of a value by where it is.
type place struct {
	typed  bool // its type, because a field or an element has one
	elided bool // and Go leaves it away in a literal
}

func (w *writer) put(s string) {
	switch {
	case w.full:
	case w.Len()+len(s) > w.all:
		w.WriteString(cut(s, w.all-w.Len()))
		if !strings.HasSuffix(w.String(), "…") {
			w.WriteString("…")
		}
		w.full = true
	default:
		w.WriteString(s)
	}
}

func (w *writer) value(v reflect.Value, at place) {
	switch {
	case w.full:
		return
	case !v.IsValid():
		w.put("nil")
		return
	case w.special(v, at):
		return
	}
	if w.level++; w.level > w.depth {
		w.put("…")
	} else {
		w.kind(v, at)
	}
	w.level--
}

// special writes what is not written as its kind is.
func (w *writer) special(v reflect.Value, at place) bool {
	if isNil(v) {
		if v.Kind() == reflect.Interface || at.typed {
			w.put("nil")
		} else {
			w.convert(v.Type(), "nil")
		}
		return true
	}
	if v.Kind() == reflect.Interface {
		return false
	}
	switch x := v.Interface().(type) {
	case actions.Group:
		w.group(x)
	case actions.Shielded:
		w.put("shielded ")
		w.value(settle(reflect.ValueOf(x.Action)), place{})
	case actions.Action:
		return false
	case reflect.Type:
		w.put(Type(x))
	case time.Time:
		w.put(x.Format(time.RFC3339Nano))
	case time.Duration:
		w.put(x.String())
	case error:
		name := Type(v.Type())
		if isPlain(x) {
			name = "error"
		}
		w.put(name + "(" + quote(called(x.Error), w.text) + ")")
	case fmt.Stringer:
		return w.stringer(v, x, at)
	default:
		if p, ok := addr(v).(fmt.Stringer); ok {
			return w.stringer(v, p, at)
		}
		return false
	}
	return true
}

// stringer writes what is opaque by its String method.
func (w *writer) stringer(v reflect.Value, s fmt.Stringer, at place) bool {
	switch v.Kind() {
	case reflect.Struct:
		if hasExported(v.Type()) {
			return false
		}
	case reflect.Pointer:
		return false // it may be the method of what it points to
	default:
	}
	text := called(s.String)
	if !oneLine(text) {
		text = quote(text, w.text)
	}
	if text = cut(text, w.text); at.typed && isScalar(v.Kind()) {
		w.put(text)
	} else {
		w.put(Type(v.Type()) + "(" + text + ")")
	}
	return true
}

func (w *writer) group(g actions.Group) {
	name := g.Mode.String()
	if g.Scope != "" {
		name = "scope " + g.Scope
	}
	w.put(name + "(")
	for i, b := range g.Branches {
		if !w.separate(i) {
			break
		}
		if b.Leaf != nil {
			w.value(settle(reflect.ValueOf(b.Leaf)), place{})
		} else {
			w.put("flow")
		}
	}
	w.put(")")
}

func (w *writer) kind(v reflect.Value, at place) {
	switch v.Kind() {
	case reflect.Interface:
		w.value(settle(v.Elem()), place{})
	case reflect.Pointer:
		if w.within(v) {
			w.put("&…")
			return
		}
		w.put("&")
		w.value(v.Elem(), place{typed: at.typed})
		w.out()
	case reflect.Struct:
		w.fields(v, at)
	case reflect.Slice, reflect.Array:
		w.list(v, at)
	case reflect.Map:
		w.entries(v, at)
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		w.put(Type(v.Type()))
	default:
		w.scalar(v, at)
	}
}

func (w *writer) scalar(v reflect.Value, at place) {
	var text string
	var plain bool // Go gives such a constant this type by itself
	switch v.Kind() {
	case reflect.String:
		text, plain = quote(v.String(), w.text), v.Type() == reflect.TypeFor[string]()
	case reflect.Bool:
		text, plain = strconv.FormatBool(v.Bool()), v.Type() == reflect.TypeFor[bool]()
	case reflect.Float32, reflect.Float64:
		text, plain = float(v.Float(), v.Type().Bits()), v.Type() == reflect.TypeFor[float64]()
	default:
		text, plain = fmt.Sprint(underlying(v)), v.Type() == reflect.TypeFor[int]()
	}
	if at.typed || plain {
		w.put(text)
	} else {
		w.convert(v.Type(), text)
	}
}

// convert writes a conversion to a type.
func (w *writer) convert(t reflect.Type, text string) {
	name := Type(t)
	if strings.HasPrefix(name, "*") || strings.HasPrefix(name, "func") || strings.HasPrefix(name, "<-") {
		name = "(" + name + ")"
	}
	w.put(name + "(" + text + ")")
}

// float keeps a dot or an exponent, so that it is no int.
func float(f float64, bits int) string {
	text := strconv.FormatFloat(f, 'g', -1, bits)
	if !strings.ContainsAny(text, ".eNI") {
		text += ".0"
	}
	return text
}

// underlying is a number without its type's methods.
func underlying(v reflect.Value) any {
	switch {
	case v.CanInt():
		return v.Int()
	case v.CanUint():
		return v.Uint()
	}
	return v.Complex()
}

func (w *writer) list(v reflect.Value, at place) {
	if v.Type().Elem().Kind() == reflect.Uint8 && v.Kind() == reflect.Slice && utf8.Valid(v.Bytes()) {
		w.convert(v.Type(), quote(string(v.Bytes()), w.text))
		return
	}
	if v.Kind() == reflect.Slice && v.Len() > 0 {
		if w.within(v) {
			w.put("…")
			return
		}
		defer w.out()
	}
	w.open(v, at)
	for i := range v.Len() {
		if !w.separate(i) {
			break
		}
		w.value(opened(v.Index(i)), place{typed: true, elided: true})
	}
	w.put("}")
}

func (w *writer) entries(v reflect.Value, at place) {
	if w.within(v) {
		w.put("…")
		return
	}
	defer w.out()
	w.open(v, at)
	for i, key := range sortedKeys(v) {
		if !w.separate(i) {
			break
		}
		w.value(settle(key), place{typed: true, elided: true})
		w.put(": ")
		w.value(settle(v.MapIndex(key)), place{typed: true, elided: true})
	}
	w.put("}")
}

func (w *writer) fields(v reflect.Value, at place) {
	w.open(v, at)
	n := 0
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if isReturns(f) || isMachinery(f) || f.Name == "_" {
			continue
		}
		if !w.separate(n) {
			break
		}
		n++
		w.put(f.Name + ": ")
		w.value(opened(v.Field(i)), place{typed: true})
	}
	w.put("}")
}

func (w *writer) open(v reflect.Value, at place) {
	if !at.elided {
		w.put(Type(v.Type()))
	}
	w.put("{")
}

// separate writes what stands before element i, and tells whether the element is to be written.
func (w *writer) separate(i int) bool {
	if i > 0 {
		w.put(", ")
	}
	if i == w.elements {
		w.put("…")
		return false
	}
	return !w.full
}

// within tells whether the value is inside itself. If not, it is entered, and to be left with out.
func (w *writer) within(v reflect.Value) bool {
	at := seen{v.Pointer(), v.Type()}
	for _, s := range w.seen {
		if s == at {
			return true
		}
	}
	w.seen = append(w.seen, at)
	return false
}

func (w *writer) out() { w.seen = w.seen[:len(w.seen)-1] }
