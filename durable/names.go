package durable

import (
	"fmt"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxName is how many characters IDs and names have at most.
const maxName = 200

// reserved is how the names begin that the runtime uses itself.
const reserved = "baton:"

// checkID refuses what is not an ID: see [WithID].
func checkID(id string) error {
	if id == "" {
		return fmt.Errorf("%w: it is empty", ErrBadID)
	}
	if len(id) > maxName {
		return fmt.Errorf("%w: %s is longer than %d characters", ErrBadID, quote(id), maxName)
	}
	for i, c := range []byte(id) {
		alphanumeric := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !alphanumeric && (i == 0 || !strings.ContainsRune("._:@-", rune(c))) {
			return fmt.Errorf("%w: %s: letters, digits and ._:@- make one, and a letter or digit begins it",
				ErrBadID, quote(id))
		}
	}
	return nil
}

// checkName refuses what is not the name of a flow, an event, a queue or the like. What says what it is.
func checkName(what, name string) error {
	switch {
	case name == "":
		return fmt.Errorf("%w: the %s is empty", ErrBadName, what)
	case !printable(name):
		return fmt.Errorf("%w: the %s %s has characters that are not printable", ErrBadName, what, quote(name))
	case utf8.RuneCountInString(name) > maxName:
		return fmt.Errorf("%w: the %s %s is longer than %d characters", ErrBadName, what, quote(name), maxName)
	}
	return nil
}

// checkOwnName is checkName for names that users share with the runtime.
func checkOwnName(what, name string) error {
	if strings.HasPrefix(name, reserved) {
		return fmt.Errorf("%w: the %s %s begins with %q, as the runtime's own do", ErrBadName, what, quote(name), reserved)
	}
	return checkName(what, name)
}

func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

// quote quotes the beginning of what somebody made up.
func quote(s string) string {
	const most = 60
	if len(s) <= most {
		return fmt.Sprintf("%q", s)
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return fmt.Sprintf("%q…", s[:cut])
}

// isNil tells whether an interface value is nil or holds a nil pointer.
func isNil(v any) bool {
	if v == nil {
		return true
	}
	r := reflect.ValueOf(v)
	return r.Kind() == reflect.Pointer && r.IsNil()
}
