package cassette

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/failures"
	"github.com/baton-go/baton/internal/show"
)

// Config says how calls are written. The same one is needed to replay what it recorded.
type Config struct {
	// Workflow names what the cassette is of; one of another name is refused. The default of [Use] is the test's name.
	Workflow string
	// Redact sees every value of every call, in order, before it is kept, and whatever a replay compares with it.
	Redact []Redactor
	// Errors are the kinds of errors that the workflow tells apart, besides those of the standard library and of Baton:
	// a replayed error is of the same kinds as the recorded one. It always has the text, and what the error said about
	// trying again.
	Errors []Kind
}

// writer writes calls as a configuration says.
type writer struct {
	redact []Redactor
	kinds  *failures.Kinds
}

func newWriter(c Config) writer { return writer{c.Redact, newKinds(c.Errors)} }

// call is a call of an action, without what came of it. It is not whole if there is an error.
func (w writer) call(ctx context.Context, a actions.Action) (*call, error) {
	step := executor.StepFrom(ctx)
	return w.callAt(step.Path(), step.Attempt(), a)
}

// callAt is a call at a step.
func (w writer) callAt(path string, attempt int, a actions.Action) (*call, error) {
	c := &call{Path: path, Action: actions.Name(a)}
	if attempt > 1 {
		c.Attempt = attempt
	}
	if g, ok := a.(actions.Group); ok {
		n := len(g.Branches)
		c.Branches = &n
		if g.Scope != "" {
			c.Action = fmt.Sprint(w.value(c, Scope, "name", c.Action, false))
		}
		return c, nil
	}
	text, err := failures.Marshal(a)
	if err == nil {
		err = survives(a, text, func(into json.RawMessage) (any, error) { return decodeAs(reflect.TypeOf(a), into) })
	}
	if err == nil {
		c.Request, err = w.rewrite(c, Request, text)
	}
	if err != nil {
		return c, fmt.Errorf("%s cannot be recorded: %w", c.Action, err)
	}
	return c, nil
}

func decodeAs(t reflect.Type, text json.RawMessage) (any, error) {
	into := reflect.New(t)
	err := json.Unmarshal(text, into.Interface())
	return into.Elem().Interface(), err
}

// survives tells what of a value gets lost when it is encoded and decoded.
func survives(v any, text json.RawMessage, decode func(json.RawMessage) (any, error)) error {
	back, err := decode(text)
	if err != nil {
		return err
	}
	if diff := show.Diff(v, back); len(diff) > 0 {
		return &lossError{diff}
	}
	return nil
}

// lossError says where JSON loses something. It does not say what: that may be a secret.
type lossError struct{ diff []string }

func (e *lossError) Error() string {
	fields := make([]string, len(e.diff))
	for i, line := range e.diff {
		name, _, ok := strings.Cut(line, ": want ")
		if fields[i] = name; !ok {
			fields[i] = "the value itself"
		}
	}
	return "it does not come back from JSON as it was: " + strings.Join(fields, ", ")
}

func decodeResult(a actions.Action, text json.RawMessage) (any, error) {
	return actions.DecodeResult(a, func(into any) error { return json.Unmarshal(text, into) })
}

// result writes what an action returned into its call. The orchestration goes on with the result itself: so what is
// recorded must come back as the same, but for what is redacted.
func (w writer) result(c *call, a actions.Action, result any) (err error) {
	if _, void := result.(actions.Void); void || result == nil {
		return nil
	}
	text, err := failures.Marshal(result)
	if err == nil {
		err = survives(result, text, func(text json.RawMessage) (any, error) { return decodeResult(a, text) })
	}
	if err == nil {
		if c.Result, err = w.rewrite(c, Result, text); err == nil {
			_, err = decodeResult(a, c.Result)
		}
	}
	if err != nil {
		return fmt.Errorf("%s: the result of %s cannot be recorded: %w", c.at(), c.Action, err)
	}
	return nil
}

// outcome writes what came of an action into its call.
func (w writer) outcome(c *call, a actions.Action, result any, failed error) error {
	if failed != nil {
		if err := w.failure(c, failed); err != nil {
			return err
		}
	}
	if failed == nil || result != nil && !reflect.ValueOf(result).IsZero() {
		return w.result(c, a, result)
	}
	return nil
}

// failure writes what an action failed with into its call.
func (w writer) failure(c *call, failed error) error {
	f, err := w.kinds.Encode(failed)
	if err == nil {
		f.Text = fmt.Sprint(w.value(c, Failure, "text", f.Text, false))
		for name, text := range f.As {
			text, err = rewrite(text, func(field string, value any, key bool) any {
				return w.value(c, Failure, join("as."+name, field), value, key)
			})
			f.As[name] = text
			if err != nil {
				break
			}
		}
	}
	if err == nil {
		_, err = w.kinds.Decode(f)
	}
	if err != nil {
		return fmt.Errorf("%s: the error of %s cannot be recorded: %w", c.at(), c.Action, err)
	}
	c.Error = f
	return nil
}

func (w writer) rewrite(c *call, part Part, text json.RawMessage) (json.RawMessage, error) {
	return rewrite(text, func(name string, value any, key bool) any { return w.value(c, part, name, value, key) })
}

// value redacts a value.
func (w writer) value(c *call, part Part, name string, value any, key bool) any {
	for _, redact := range w.redact {
		value = redact(Field{
			Path: c.Path, Action: c.Action, Part: part, Name: name, Value: value, Key: key,
		})
	}
	return value
}
