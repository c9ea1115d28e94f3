package cassette

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/baton-go/baton/internal/failures"
)

// Redacted is what [Fields] and [Secrets] write in place of a secret.
const Redacted = "REDACTED"

// Part says what of a call a [Field] belongs to.
type Part string

// The parts of a call.
const (
	// Request is the action, Result what the executor returned.
	Request Part = "request"
	Result  Part = "result"
	// Failure is the error that the executor returned: its text is the field "text", what an error of a registered type
	// holds is below "as", down to the "text" of errors that it holds.
	Failure Part = "error"
	// Scope is the name of a scope.
	Scope Part = "scope"
)

// Field is a single value that is about to be recorded, or compared with what was.
type Field struct {
	// Path is the step of the call, and Action the name of its action.
	Path, Action string
	Part         Part
	// Name says where in the part the value is, as JSON has it: "Card.Number", "Items[2].Token".
	Name string
	// Value is a string, a json.Number, a bool or nil. It is the key of an object if Key is true.
	Value any
	Key   bool
}

// Redactor returns what is recorded in place of a field's value: the value itself, or anything that encodes as JSON and
// still decodes into the field. It sees every value of every request, result and error, and must be a function of the
// field alone, because a replay redacts its requests too before it compares them. It is called concurrently.
type Redactor func(Field) any

// Fields redacts the fields of the given names and all that is below them, wherever they are: "Token" finds Token,
// Auth.Token and Items[2].Token, "Auth.Token" the second one only. Texts become [Redacted], numbers 0 and truths false.
// It panics if a name is empty.
func Fields(names ...string) Redactor {
	for _, name := range names {
		if name == "" {
			panic("cassette.Fields: a name is empty")
		}
	}
	return func(f Field) any {
		if f.Key {
			return f.Value
		}
		path := "." + index.ReplaceAllString(f.Name, "") + "."
		for _, name := range names {
			if strings.Contains(path, "."+name+".") {
				return blank(f.Value)
			}
		}
		return f.Value
	}
}

var index = regexp.MustCompile(`\[\d+\]`)

func blank(v any) any {
	switch v.(type) {
	case string:
		return Redacted
	case json.Number:
		return 0
	case bool:
		return false
	}
	return nil
}

// Secrets redacts the given texts wherever they appear: in the midst of other text, in keys, in the texts of errors,
// and as encoded in URLs, in base64 (which is how JSON has bytes) or by JSON itself. A number with a secret in it
// becomes 0. An empty secret is none.
func Secrets(secrets ...string) Redactor {
	var pairs []string
	secrets = slices.Clone(secrets)
	slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) }) // of two, the longer one goes first
	for _, secret := range secrets {
		if secret == "" {
			continue
		}
		quoted, _ := failures.Marshal(secret) // no text cannot be encoded
		for _, form := range []string{
			secret, strings.Trim(string(quoted), `"`), url.QueryEscape(secret), url.PathEscape(secret),
			base64.StdEncoding.EncodeToString([]byte(secret)), base64.URLEncoding.EncodeToString([]byte(secret)),
			base64.RawStdEncoding.EncodeToString([]byte(secret)), base64.RawURLEncoding.EncodeToString([]byte(secret)),
		} {
			pairs = append(pairs, form, Redacted)
		}
	}
	replacer := strings.NewReplacer(pairs...)
	return func(f Field) any {
		var text string
		switch v := f.Value.(type) {
		case json.Number:
			if replacer.Replace(v.String()) != v.String() {
				return 0
			}
			return v
		case string:
			text = v
		default:
			return v
		}
		if bytes, err := base64.StdEncoding.DecodeString(text); err == nil && len(bytes) > 0 {
			if clean := replacer.Replace(string(bytes)); clean != string(bytes) {
				return base64.StdEncoding.EncodeToString([]byte(clean))
			}
		}
		return replacer.Replace(text)
	}
}
