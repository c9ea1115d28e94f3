package rules

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// message is what a rule says when it fails: a text with gaps, or a function.
type message[C any] struct {
	texts []string // one more than gaps
	gaps  []gap
	f     func(C) string
}

// gap is what is filled in: an argument, or what the names lead to from the value.
type gap struct {
	arg   int // if not negative
	names []string
}

// Message sets what the rule says when it fails, in place of "check failed: NAME". On a composed rule it is said in
// place of what the parts say. Gaps in it are filled in: {{.}} with the value, {{.Name}} with its field,
// {{.Address.City}} with a field of that, {{.arg0}} with the rule's first argument. A map's keys and a method without
// parameters will do for a field. Message panics if the value's type has no such field, or the rule no such argument.
// It gives a new rule.
func (r Rule[C]) Message(text string) Rule[C] {
	n := r.copied("Message")
	m, err := parse[C](text, n.args)
	if err != nil {
		panic(fmt.Sprintf("rules: the message of %q: %v", n.name, err))
	}
	n.message = m
	return Rule[C]{n}
}

// MessageFunc sets a function for what the rule says when it fails. It is called with the value that the rule refused.
func (r Rule[C]) MessageFunc(f func(c C) string) Rule[C] {
	n := r.copied("MessageFunc")
	if f == nil {
		panic(fmt.Sprintf("rules: the message of %q is nil", n.name))
	}
	n.message = &message[C]{f: f}
	return Rule[C]{n}
}

func (r Rule[C]) copied(method string) *node[C] {
	if r.node == nil {
		panic("rules: " + method + " of the zero Rule")
	}
	n := *r.node
	return &n
}

// say is what the rule says when it fails.
func (n *node[C]) say(c C, err error) string {
	switch {
	case n.message != nil:
		return n.message.about(c, n.args)
	case err != nil:
		return "check failed: " + n.name + ": " + err.Error()
	default:
		return "check failed: " + n.name
	}
}

func (m *message[C]) about(c C, args []any) string {
	if m.f != nil {
		return m.f(c)
	}
	if len(m.gaps) == 0 {
		return m.texts[0]
	}
	var b strings.Builder
	for i, g := range m.gaps {
		b.WriteString(m.texts[i])
		if g.arg >= 0 {
			fmt.Fprint(&b, args[g.arg])
		} else {
			fmt.Fprint(&b, g.of(reflect.ValueOf(&c).Elem()))
		}
	}
	b.WriteString(m.texts[len(m.gaps)])
	return b.String()
}

// parse finds the gaps of a text and checks that there is something to fill them with.
func parse[C any](text string, args []any) (*message[C], error) {
	m := &message[C]{}
	for {
		before, rest, found := strings.Cut(text, "{{")
		m.texts = append(m.texts, before)
		if !found {
			return m, nil
		}
		inner, after, closed := strings.Cut(rest, "}}")
		if !closed {
			return nil, fmt.Errorf("%q is not closed by }}", "{{"+clip(rest, clipped))
		}
		g, err := parseGap(strings.TrimSpace(inner), args)
		if err != nil {
			return nil, err
		}
		if err := g.check(reflect.TypeFor[C]()); err != nil {
			return nil, err
		}
		m.gaps = append(m.gaps, g)
		text = after
	}
}

func parseGap(inner string, args []any) (gap, error) {
	names, dotted := strings.CutPrefix(inner, ".")
	if !dotted {
		return gap{}, fmt.Errorf("{{%s}} must begin with a dot, as {{.Name}} and {{.arg0}} do", clip(inner, clipped))
	}
	if names == "" {
		return gap{arg: -1}, nil
	}
	if digits, ok := strings.CutPrefix(names, "arg"); ok {
		if i, err := strconv.ParseUint(digits, 10, 31); err == nil {
			if int(i) >= len(args) {
				return gap{}, fmt.Errorf("{{.%s}}: the rule has %d arguments", clip(names, clipped), len(args))
			}
			return gap{arg: int(i)}, nil
		}
	}
	return gap{arg: -1, names: strings.Split(names, ".")}, nil
}

// check looks whether the names lead somewhere from a type. Behind an interface nobody knows.
func (g gap) check(t reflect.Type) error {
	for _, name := range g.names {
		next, known := lead(t, name)
		if !known {
			return nil
		}
		if next == nil {
			return fmt.Errorf("{{.%s}}: %s has no exported field %q",
				clip(strings.Join(g.names, "."), clipped), t, clip(name, clipped))
		}
		t = next
	}
	return nil
}

// lead is the type of what a name leads to from a type: nil if to nothing, and not known behind an interface.
func lead(t reflect.Type, name string) (next reflect.Type, known bool) {
	if m, ok := t.MethodByName(name); ok && t.Kind() != reflect.Interface && m.Type.NumIn() == 1 && m.Type.NumOut() == 1 {
		return m.Type.Out(0), true
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Interface:
		return nil, false
	case reflect.Map:
		if t.Key().Kind() == reflect.String {
			return t.Elem(), true
		}
	case reflect.Struct:
		if f, ok := t.FieldByName(name); ok && f.IsExported() {
			return f.Type, true
		}
	default:
	}
	return nil, true
}

// of is what the names lead to from a value. What leads nowhere, from a nil pointer for instance, is shown as <nil>.
func (g gap) of(v reflect.Value) (what any) {
	for _, name := range g.names {
		if v = follow(v, name); !v.IsValid() {
			return nil
		}
	}
	return v.Interface()
}

func follow(v reflect.Value, name string) reflect.Value {
	for v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if !v.IsValid() {
		return v
	}
	nilPointer := v.Kind() == reflect.Pointer && v.IsNil()
	if m := v.MethodByName(name); m.IsValid() && !nilPointer && m.Type().NumIn() == 0 && m.Type().NumOut() == 1 {
		return call(m, v, name)
	}
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	switch v.Kind() {
	case reflect.Map:
		if v.Type().Key().Kind() == reflect.String {
			return v.MapIndex(reflect.ValueOf(name).Convert(v.Type().Key()))
		}
	case reflect.Struct:
		if f, ok := v.Type().FieldByName(name); ok && f.IsExported() {
			found, err := v.FieldByIndexErr(f.Index)
			if err != nil {
				return reflect.Value{}
			}
			return found
		}
	default:
	}
	return reflect.Value{}
}

// call calls a method of v without parameters. One that an embedded nil would have to answer leads nowhere.
func call(m, v reflect.Value, name string) (result reflect.Value) {
	if embedsNil(v, name, 10) {
		defer func() {
			if recover() != nil {
				result = reflect.Value{}
			}
		}()
	}
	return m.Call(nil)[0]
}

// embedsNil tells whether a struct has the method of that name from an embedded nil, perhaps: whether it has one of its
// own, too, reflection does not say. It looks as deep as people embed.
func embedsNil(v reflect.Value, name string, depth int) bool {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct || depth == 0 {
		return false
	}
	for i := range v.NumField() {
		f, part := v.Type().Field(i), v.Field(i)
		if _, ok := f.Type.MethodByName(name); !f.Anonymous || !ok {
			continue
		}
		isNil := (part.Kind() == reflect.Pointer || part.Kind() == reflect.Interface) && part.IsNil()
		if isNil || embedsNil(part, name, depth-1) {
			return true
		}
	}
	return false
}

// clipped is how much of a text is shown in another.
const clipped = 120

// clip shortens a text for a message, between characters.
func clip(text string, most int) string {
	if len(text) <= most {
		return text
	}
	runes := slices.Collect(func(yield func(rune) bool) {
		for i, r := range text {
			if i >= most || !yield(r) {
				return
			}
		}
	})
	return string(runes) + "…"
}
