package rules

import (
	"encoding/json"
	"errors"
	"strings"
)

// errZero is the error of checking what is no rule.
var errZero = errors.New("rules: the zero Rule cannot be checked")

// Verdict is what a rule says about a value, and the report of a validation.
type Verdict[C any] struct {
	// OK tells whether the value passed.
	OK bool
	// Value is what the rule made of the value.
	Value C
	// Reasons say why not, in the order of the rules. There is none if OK, nor beside an
	// error of Check; beside one of Validate are those of the other rules.
	Reasons []Reason `json:",omitempty"`
	// Notes say how the verdict came about, where there is something to tell: who won a [ParallelAny], how often a rule
	// was tried, what went wrong without consequence.
	Notes []Note `json:",omitempty"`
}

// Reason is one rule's "no".
type Reason struct {
	// Rule is the name of the rule, with its arguments.
	Rule string
	// Message is what the rule says: "check failed: NAME" if it has no message of its own.
	Message string
	// Path is the place of the rule: 1.0 is the first part of the second part of the rule that was checked. The path of
	// the rule itself is empty. What stands more than 100 levels deep has a path that begins with an ellipsis.
	Path string
	// Err is what a [Pipe] returned. It is not encoded.
	Err error `json:"-"`
}

// Note says how a verdict came about at one rule.
type Note struct {
	Rule string
	Path string
	// Winner is the name of the rule that decided a [ParallelAny].
	Winner string `json:",omitempty"`
	// Attempts is how often a rule was tried by [Retry], if more than once.
	Attempts int `json:",omitempty"`
	// Errs are the errors of a rule that has a verdict all the same: those of attempts before the last, and those of a
	// [Parallel] that failed without them. They are not encoded.
	Errs []error `json:"-"`
}

// FailedError is a "no" as an error, for those who need one.
type FailedError struct{ Reasons []Reason }

// GobEncode encodes what is not an error, as JSON does: an error's type is nobody's to register.
func (r Reason) GobEncode() ([]byte, error) { return json.Marshal(r) }

// GobDecode decodes what GobEncode encoded.
func (r *Reason) GobDecode(data []byte) error { return json.Unmarshal(data, r) }

// GobEncode encodes what is not an error, as JSON does.
func (n Note) GobEncode() ([]byte, error) { return json.Marshal(n) }

// GobDecode decodes what GobEncode encoded.
func (n *Note) GobDecode(data []byte) error { return json.Unmarshal(data, n) }

// Err is nil if the verdict is yes, and else a [FailedError] that joins the reasons. A verdict that came with an
// error is not known, and has that error and not this one.
func (v Verdict[C]) Err() error {
	if v.OK {
		return nil
	}
	return &FailedError{v.Reasons}
}

// Winner is the name of the rule that decided the first [ParallelAny] that one did, and else empty.
func (v Verdict[C]) Winner() string {
	for _, n := range v.Notes {
		if n.Winner != "" {
			return n.Winner
		}
	}
	return ""
}

// Error joins the messages of the reasons.
func (e *FailedError) Error() string {
	if len(e.Reasons) == 0 {
		return "the rule said no"
	}
	var b strings.Builder
	for i, r := range e.Reasons {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(r.Message)
	}
	return b.String()
}

// Unwrap returns the errors among the reasons.
func (e *FailedError) Unwrap() []error {
	var errs []error
	for _, r := range e.Reasons {
		if r.Err != nil {
			errs = append(errs, r.Err)
		}
	}
	return errs
}
