package show

import (
	"bytes"
	"fmt"
	"math"
	"reflect"
	"strconv"

	"github.com/baton-go/baton/actions"
)

// maxDiff is how many differences [Diff] tells one by one.
const maxDiff = 12

// Equal tells whether two values are equal: whether [Diff] finds no difference.
func Equal(want, got any) bool {
	d := &differ{limit: 1}
	d.root(want, got)
	return d.count == 0
}

// Same is [Equal], but for functions: where nobody can tell, it takes them for two.
func Same(a, b any) bool {
	d := &differ{limit: 1, funcs: true}
	d.root(a, b)
	return d.count == 0
}

// Diff says in what two values differ, one line for each part, by its path: "Cents: want 250, got 300". Without a
// difference it is empty.
//
// Values of different types differ. What has a method Equal for its own type is equal if that says so, as times are.
// NaN equals NaN, errors of the packages errors and fmt equal others of the same text, and functions, which nobody can
// compare, equal any but nil. A nil slice or map is not an empty one.
func Diff(want, got any) []string {
	d := &differ{limit: maxDiff}
	d.root(want, got)
	return d.told()
}

// Results is [Diff] for what two runs have returned: errors in it, which may know the run in which they happened, are
// equal if their texts are.
func Results(want, got any) []string {
	d := &differ{limit: maxDiff, byText: true}
	d.root(want, got)
	return d.told()
}

type differ struct {
	lines  []string
	count  int
	limit  int
	funcs  bool // functions differ
	byText bool // errors in interfaces are equal if their texts are
	seen   map[pair]bool
}

// pair is two pointers that are being compared, or have been.
type pair struct {
	want, got       uintptr
	wantLen, gotLen int // of slices
	t               reflect.Type
}

func (d *differ) root(want, got any) {
	d.value("", settle(reflect.ValueOf(want)), settle(reflect.ValueOf(got)))
}

// told is the lines, and how many more there would be.
func (d *differ) told() []string {
	if more := d.count - len(d.lines); more > 0 {
		return append(d.lines, fmt.Sprintf("… and %d more", more))
	}
	return d.lines
}

// add adds a line.
func (d *differ) add(path, want, got string) {
	d.count++
	if len(d.lines) >= d.limit {
		return
	}
	if path != "" {
		path += ": "
	}
	d.lines = append(d.lines, path+"want "+want+", got "+got)
}

// whole says that two values differ as a whole.
func (d *differ) whole(path string, want, got reflect.Value) {
	if d.limit == 1 {
		d.count++ // for Equal
		return
	}
	w, g := d.text(path, want), d.text(path, got)
	if w == g {
		g += " (written alike, but not equal)"
	}
	d.add(path, w, g)
}

// text writes a value: with its type if it is not a part of something that shows it.
func (d *differ) text(path string, v reflect.Value) string {
	w := &writer{bounds: line}
	w.value(v, place{typed: path != "" && v.IsValid() && (v.Kind() != reflect.Slice && v.Kind() != reflect.Map)})
	return w.String()
}

func (d *differ) value(path string, want, got reflect.Value) {
	switch {
	case !want.IsValid() && !got.IsValid():
		return
	case !want.IsValid() || !got.IsValid():
		d.whole(path, want, got)
		return
	case want.Kind() == reflect.Interface && got.Kind() == reflect.Interface:
		want, got = settle(want.Elem()), settle(got.Elem())
		if !d.byText || !saySame(want, got) {
			d.value(path, want, got)
		}
		return
	}
	if w, ok := errorOf(want); ok {
		if g, ok := errorOf(got); ok && isPlain(w) && isPlain(g) {
			if called(w.Error) != called(g.Error) {
				d.whole(path, want, got)
			}
			return
		}
	}
	switch {
	case want.Type() != got.Type():
		d.types(path, want, got)
	case isNil(want) || isNil(got):
		if isNil(want) != isNil(got) {
			d.whole(path, want, got)
		}
	default:
		d.same(path, want, got)
	}
}

func errorOf(v reflect.Value) (error, bool) { //nolint:revive // it looks for one, and none is its own
	if isNil(v) || !v.CanInterface() {
		return nil, false
	}
	err, ok := v.Interface().(error)
	return err, ok
}

// saySame tells whether both are errors, and have one text.
func saySame(want, got reflect.Value) bool {
	if !want.IsValid() || !got.IsValid() {
		return false
	}
	w, ok := errorOf(want)
	g, both := errorOf(got)
	return ok && both && called(w.Error) == called(g.Error)
}

// types says that two values are of different types.
func (d *differ) types(path string, want, got reflect.Value) {
	w, g := Type(want.Type()), Type(got.Type())
	if w == g {
		w, g = fullType(want.Type()), fullType(got.Type())
	}
	g = "type " + g
	if path != "" {
		g += ": " + d.text("", got)
	}
	d.add(path, "type "+w, g)
}

func fullType(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		return "*" + fullType(t.Elem())
	}
	if t.PkgPath() == "" {
		return t.String()
	}
	return t.PkgPath() + "." + t.Name()
}

// same compares two values of one type of which none is nil.
func (d *differ) same(path string, want, got reflect.Value) {
	if g, ok := want.Interface().(actions.Group); ok {
		d.groups(path, g, got.Interface().(actions.Group))
		return
	}
	if equal, ok := equalMethod(want, got); ok {
		if equal {
			return
		}
		before := d.count
		if want.Kind() == reflect.Struct && hasExported(want.Type()) {
			d.kind(path, want, got)
		}
		if d.count == before {
			d.whole(path, want, got)
		}
		return
	}
	d.kind(path, want, got)
}

// equalMethod calls want.Equal(got), if the type has such a method for itself.
func equalMethod(want, got reflect.Value) (equal, ok bool) {
	m := want.MethodByName("Equal")
	if !m.IsValid() {
		return false, false
	}
	t := m.Type()
	if t.NumIn() != 1 || t.In(0) != want.Type() || t.IsVariadic() ||
		t.NumOut() != 1 || t.Out(0).Kind() != reflect.Bool {
		return false, false
	}
	defer func() {
		if recover() != nil {
			equal, ok = false, false
		}
	}()
	return m.Call([]reflect.Value{got})[0].Bool(), true
}

func (d *differ) kind(path string, want, got reflect.Value) {
	switch want.Kind() {
	case reflect.Struct:
		for i := range want.NumField() {
			f := want.Type().Field(i)
			if f.Name != "_" {
				d.value(join(path, f.Name), opened(want.Field(i)), opened(got.Field(i)))
			}
		}
	case reflect.Pointer:
		if !d.entered(want, got) {
			d.value(path, want.Elem(), got.Elem())
		}
	case reflect.Slice, reflect.Array:
		d.lists(path, want, got)
	case reflect.Map:
		if !d.entered(want, got) {
			d.maps(path, want, got)
		}
	case reflect.String:
		if w, g := want.String(), got.String(); w != g {
			d.texts(path, want, got, w, g)
		}
	case reflect.Float32, reflect.Float64:
		if !sameFloat(want.Float(), got.Float()) {
			d.whole(path, want, got)
		}
	case reflect.Complex64, reflect.Complex128:
		w, g := want.Complex(), got.Complex()
		if !sameFloat(real(w), real(g)) || !sameFloat(imag(w), imag(g)) {
			d.whole(path, want, got)
		}
	case reflect.Func: // nobody can tell
		if d.funcs {
			d.whole(path, want, got)
		}
	case reflect.Chan, reflect.UnsafePointer:
		if want.Pointer() != got.Pointer() {
			d.whole(path, want, got)
		}
	default:
		if !want.Equal(got) {
			d.whole(path, want, got)
		}
	}
}

func sameFloat(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }

// entered tells whether two references are being compared already, or are the same.
func (d *differ) entered(want, got reflect.Value) bool {
	at := pair{want: want.Pointer(), got: got.Pointer(), t: want.Type()}
	if want.Kind() == reflect.Slice {
		at.wantLen, at.gotLen = want.Len(), got.Len()
	}
	if at.want == at.got && want.Kind() == reflect.Pointer || d.seen[at] {
		return true
	}
	if d.seen == nil {
		d.seen = map[pair]bool{}
	}
	d.seen[at] = true
	return false
}

// join makes the path of a field. What a pointer or an interface leads to has the path of it.
func join(path, field string) string {
	if path == "" {
		return field
	}
	return path + "." + field
}

func (d *differ) lists(path string, want, got reflect.Value) {
	if want.Kind() == reflect.Slice {
		if want.Type().Elem().Kind() == reflect.Uint8 {
			if w, g := want.Bytes(), got.Bytes(); !bytes.Equal(w, g) {
				d.texts(path, want, got, string(w), string(g))
			}
			return
		}
		if d.entered(want, got) {
			return
		}
	}
	if w, g := want.Len(), got.Len(); w != g {
		d.add(path, elements(w), strconv.Itoa(g))
	}
	for i := range max(want.Len(), got.Len()) {
		at := path + "[" + strconv.Itoa(i) + "]"
		switch {
		case i >= want.Len():
			d.add(at, "nothing", d.text(at, opened(got.Index(i))))
		case i >= got.Len():
			d.add(at, d.text(at, opened(want.Index(i))), "nothing")
		default:
			d.value(at, opened(want.Index(i)), opened(got.Index(i)))
		}
	}
}

func elements(n int) string {
	if n == 1 {
		return "1 element"
	}
	return strconv.Itoa(n) + " elements"
}

func (d *differ) maps(path string, want, got reflect.Value) {
	for _, key := range sortedKeys(want) {
		at := path + "[" + d.text("key", settle(key)) + "]"
		w, g := settle(want.MapIndex(key)), settle(got.MapIndex(key))
		if g.IsValid() {
			d.value(at, w, g)
		} else {
			d.add(at, d.text(at, w), "nothing")
		}
	}
	for _, key := range sortedKeys(got) {
		if !want.MapIndex(key).IsValid() {
			at := path + "[" + d.text("key", settle(key)) + "]"
			d.add(at, "nothing", d.text(at, settle(got.MapIndex(key))))
		}
	}
}
