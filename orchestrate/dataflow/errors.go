package dataflow

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/internal/nearest"
	"github.com/baton-go/baton/internal/show"
	"github.com/baton-go/baton/orchestrate"
)

// Kind is what an [Error] is about. Each is an error, for errors.Is. [ErrDefinition] and [ErrRun] stand for all that
// are found when a flow is built, and while one runs.
type Kind string //nolint:errname // it is what errors are about

// The kinds of errors.
const (
	// ErrDefinition is every error of [New].
	ErrDefinition Kind = "definition"
	// ErrEmpty is a flow, sequence, group or dispatch without steps, or something without a name.
	ErrEmpty Kind = "empty"
	// ErrNotCallable is a function or a node that is nil.
	ErrNotCallable Kind = "not callable"
	// ErrBadFunction is a function whose input or output has no names, or bad ones.
	ErrBadFunction Kind = "bad function"
	// ErrMissing is an input that nobody gives. The details are a [MissingError].
	ErrMissing Kind = "missing input"
	// ErrDuplicate is a name, or a key, that there is already.
	ErrDuplicate Kind = "duplicate"
	// ErrType is an input whose type is not that of what is there under its name.
	ErrType Kind = "wrong type"
	// ErrSetting is a setting that makes no sense where it stands.
	ErrSetting Kind = "bad setting"
	// ErrTooDeep is nesting deeper than 1000.
	ErrTooDeep Kind = "nested too deeply"

	// ErrRun is every error of a run.
	ErrRun Kind = "run"
	// ErrStep is the failure of a step, whose error is in it.
	ErrStep Kind = "step"
	// ErrMerge is a name to which the members of a group gave different values. The details are a [MergeError].
	ErrMerge Kind = "merge"
	// ErrMap is a mapping: of a name that is not there when built, of a result that does not fit while running.
	ErrMap Kind = "map"
	// ErrDispatch is a key for which there is nothing.
	ErrDispatch Kind = "dispatch"
	// ErrRepeat is a loop that did not come to its end in as many rounds as it may have.
	ErrRepeat Kind = "repeat"
)

// Error is the kind itself, as text.
func (k Kind) Error() string { return string(k) }

// Error is an error of a flow, and where it is. It is its Kind to errors.Is, and [ErrDefinition] or [ErrRun]; the
// rest is in Err.
type Error struct {
	Kind Kind
	// Path is the names of the flow, of flows within it, and of the step, with slashes between:
	// "orders/pricing/discount".
	Path string
	Err  error
	// Run tells an error of a run from one of a definition.
	Run bool
}

// Error is the path, and what is wrong there.
func (e *Error) Error() string {
	if e.Kind == ErrStep {
		return fmt.Sprintf("%s: %v", e.Path, e.Err)
	}
	return fmt.Sprintf("%s: %s: %v", e.Path, e.Kind, e.Err)
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Is tells whether the error is of the kind.
func (e *Error) Is(target error) bool {
	k, ok := target.(Kind)
	return ok && (k == e.Kind || k == ErrRun && e.Run || k == ErrDefinition && !e.Run)
}

// MissingError says which input is missing, and what is there instead.
type MissingError struct {
	Input string
	// Visible lists the names that are visible where the input is missing, sorted: all of them, or the first 20.
	Visible []string
	// Near lists the visible names that may have been meant, the nearest first.
	Near []string
	// More is how many names are visible that Visible has no room for.
	More int
}

// Error names the input, what is visible, and what may have been meant.
func (e *MissingError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%q is not visible here: ", shorten(e.Input))
	list(&b, e.Visible, e.More)
	if len(e.Near) > 0 {
		fmt.Fprintf(&b, "; did you mean %q?", shorten(e.Near[0]))
	}
	return b.String()
}

// list says what is visible.
func list(b *strings.Builder, names []string, more int) {
	if len(names) == 0 {
		b.WriteString("nothing is")
		return
	}
	for i, name := range names {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(b, "%q", shorten(name))
	}
	switch {
	case more > 0:
		fmt.Fprintf(b, " and %d more are", more)
	case len(names) == 1:
		b.WriteString(" is")
	default:
		b.WriteString(" are")
	}
}

const maxVisible = 20

// missing makes the error for an input. The names are sorted.
func missing(input string, visible []string) *MissingError {
	e := &MissingError{Input: input, Visible: visible, Near: nearest.Names(input, visible)}
	if n := len(visible); n > maxVisible {
		e.Visible, e.More = visible[:maxVisible], n-maxVisible
	}
	return e
}

// MergeError says that two members of a group, or steps within them, gave different values to one name.
type MergeError struct {
	Name string
	// Steps are the two, in the order of their definition, and Values what each gave; in an error that comes out of a
	// journal, as JSON brings them back.
	Steps  [2]string
	Values [2]any
}

// Error names the name, the steps and the values.
func (e *MergeError) Error() string {
	return fmt.Sprintf("%q is %s from %s and %s from %s: let one overwrite the other, or rename one",
		e.Name, brief(e.Values[0]), e.Steps[0], brief(e.Values[1]), e.Steps[1])
}

// brief shows a value in a few words.
func brief(v any) string { return shorten(show.Value(v)) }

func shorten(text string) string {
	const most = 80
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}

// failed is the error of a run at a step.
func failed(kind Kind, path string, err error) *Error {
	return &Error{Kind: kind, Path: path, Err: err, Run: true}
}

// within puts the name of a flow, or of a step, in front of the paths of its errors, or says where a foreign error
// happened.
func within(name string, err error) error {
	switch found := located(err).(type) { //nolint:errorlint // located brought it to the top
	case *collected:
		all := make([]error, len(found.errs))
		for i, e := range found.errs {
			all[i] = within(name, e)
		}
		return &collected{all}
	case *Error:
		inner := *found
		inner.Path = join(name, inner.Path)
		return &inner
	}
	return failed(ErrStep, name, err)
}

// located brings the error of a flow to the top of what executors and groups wrapped around it, which it keeps. What
// others say of it is not for the flow to leave out, so that their errors stay as they are.
func located(err error) error {
	for e, top := err, true; e != nil; top = false {
		switch at := e.(type) { //nolint:errorlint // looks at each layer itself
		case *collected:
			return at
		case *Error:
			if top {
				return at
			}
			return &Error{Kind: at.Kind, Path: at.Path, Run: at.Run, Err: &told{at.Err, err}}
		case *orchestrate.SagaError:
			inner, ok := located(at.Err).(*Error) //nolint:errorlint // as above
			if !ok {
				return err
			}
			return &Error{Kind: inner.Kind, Path: inner.Path, Run: inner.Run, Err: err}
		}
		wrapper, ok := e.(interface{ Unwrap() error })
		if !ok {
			return err
		}
		inner := wrapper.Unwrap()
		if !isWrapping(e, inner) {
			return err
		}
		e = inner
	}
	return err
}

// isWrapping tells whether an error only says where another one happened, because it is one of the executor's, or says
// no more than the other one.
func isWrapping(err, inner error) bool {
	if _, ok := err.(*executor.PanicError); ok { //nolint:errorlint // this layer, and no other
		return false
	}
	t := reflect.TypeOf(err)
	return t.Kind() == reflect.Pointer && t.Elem().PkgPath() == reflect.TypeFor[executor.StepError]().PkgPath() ||
		inner != nil && err.Error() == inner.Error()
}

// told is an error that says no more than the one that matters in it.
type told struct{ matters, err error }

func (e *told) Error() string { return e.matters.Error() }

func (e *told) Unwrap() error { return e.err }

func join(outer, inner string) string {
	switch {
	case outer == "":
		return inner
	case inner == "":
		return outer
	}
	return outer + "/" + inner
}

// collected is the errors of all members of a group that failed, those of groups within it included.
type collected struct{ errs []error }

func collect(errs []error) error {
	var all []error
	for _, err := range errs {
		if many, ok := err.(*collected); ok { //nolint:errorlint // ours, brought to the top
			all = append(all, many.errs...)
		} else {
			all = append(all, err)
		}
	}
	return &collected{all}
}

func (e *collected) Error() string { return errors.Join(e.errs...).Error() }

func (e *collected) Unwrap() []error { return e.errs }

// NotDone is false: other members, and what came before the group, may have been done.
func (*collected) NotDone() bool { return false }

// typeError says that what is there under a name is of another type.
func typeError(name string, want, got reflect.Type, by string) error {
	from := ""
	if by != "" {
		from = ", from " + by + ","
	}
	return fmt.Errorf("%q%s is of type %s, and must be of type %s", name, from, show.Type(got), show.Type(want))
}
