package show

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode"

	"github.com/baton-go/baton/actions"
)

// Action writes an action as Go does, without the Returns that makes it one: shop.Charge{Order: "o-1", Cents: 250}. A
// group is written as its mode or scope and its branches, all(shop.Charge{…}, flow), a shielded action as "shielded"
// and the action.
func Action(a actions.Action) string { return Value(a) }

// Value writes any value as Go does, its type included where it could be mistaken: maps in the order of their keys,
// pointers followed, functions and channels by their type, times and durations as text, errors by their text. What has
// a String method and no exported field is written by it. A struct that is not exported, nor has anything that is, and
// holds a function is left out.
func Value(v any) string {
	w := &writer{bounds: line}
	w.value(settle(reflect.ValueOf(v)), place{})
	return w.String()
}

// Whole is [Value] without bounds, for what is compared by its text. Only what is within itself, and what is more than
// a thousand levels deep, is not written in full.
func Whole(v any) string {
	w := &writer{bounds: unbounded}
	w.value(settle(reflect.ValueOf(v)), place{})
	return w.String()
}

// WholeError is [Error] without bounds.
func WholeError(err error) string {
	if err == nil {
		return "nil"
	}
	return errorText(err, unbounded.text)
}

// Error is the text of an error on one line, "nil" without one.
func Error(err error) string {
	if err == nil {
		return "nil"
	}
	return errorText(err, maxText)
}

func errorText(err error, limit int) string {
	text := called(err.Error)
	if oneLine(text) {
		return cut(text, limit)
	}
	return strings.Trim(quote(text, limit), `"`)
}

// Type writes a type as code does: without the paths of the packages that its parameters come from.
func Type(t reflect.Type) string {
	if t == nil {
		return "nil"
	}
	return tidy(t.String())
}

var aliases = strings.NewReplacer("interface {}", "any", "struct {}", "struct{}", "[]uint8", "[]byte")

// tidy removes the paths of packages, and the numbers of types that are declared in functions.
func tidy(name string) string {
	name = aliases.Replace(name)
	if !strings.ContainsAny(name, "/·") {
		return name
	}
	var b strings.Builder
	start := 0 // of what may turn out to be a path
	for i, r := range name {
		switch {
		case r == '/':
			start = i + 1
		case strings.ContainsRune("[](){},;* ", r):
			b.WriteString(local(name[start:i]))
			b.WriteRune(r)
			start = i + 1
		}
	}
	b.WriteString(local(name[start:]))
	return b.String()
}

func local(name string) string {
	name, _, _ = strings.Cut(name, "·")
	return name
}

// called calls a method that returns a text: somebody else's, which may panic.
func called(text func() string) (s string) {
	defer func() {
		if p := recover(); p != nil {
			s = fmt.Sprintf("(panic: %v)", p)
		}
	}()
	return text()
}

func oneLine(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool {
		return !unicode.IsPrint(r) || r == unicode.ReplacementChar
	})
}

// cut bounds a text, and says so by an ellipsis.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && text[limit]&0xC0 == 0x80 { // in the middle of a rune
		limit--
	}
	return text[:limit] + "…"
}

// quote quotes a text, and bounds it.
func quote(text string, limit int) string { return strconv.Quote(cut(text, limit)) }
