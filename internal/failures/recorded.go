package failures

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/baton-go/baton/executor"
)

// Recorded is an error that was recorded and brought back. It says what the recorded one said, and wraps the sentinels
// and the errors of registered types that it wrapped.
type Recorded struct { //nolint:errname // it is what became of another error
	failure Failure
	wraps   []error
	after   time.Duration
	code    string
	details json.RawMessage
}

// Error is what the recorded error said.
func (e *Recorded) Error() string { return e.failure.Text }

// Unwrap returns the sentinels and the errors of registered types.
func (e *Recorded) Unwrap() []error { return e.wraps }

// NotDone tells whether the recorded error said for certain that nothing was done (see [executor.NotDone]).
func (e *Recorded) NotDone() bool { return e.failure.NotDone }

// Permanent tells whether the recorded error said that no retry cures it (see package backoff).
func (e *Recorded) Permanent() bool { return e.failure.Permanent }

// RetryIn tells when the recorded error said to come back (see package backoff).
func (e *Recorded) RetryIn() (time.Duration, bool) { return e.after, e.failure.RetryAfter != "" }

// Code is what the method Code() string of the recorded error said, or of the outermost that it wrapped; "" if none had
// one.
func (e *Recorded) Code() string { return e.code }

// Details is, as JSON, what the method Details() any of the recorded error said, or of the outermost that it wrapped;
// nil if none had one.
func (e *Recorded) Details() json.RawMessage { return e.details }

// Decode brings a recorded error back. What is of a kind that is not known any more, or cannot be decoded, is missing
// from what it wraps, and is kept for the time that it is recorded again; the problem then says what it is. A panic
// comes back as an [executor.PanicError] with the rest as its value. The error of nil is nil.
func (k *Kinds) Decode(f *Failure) (err, problem error) {
	if f == nil {
		return nil, nil
	}
	p := &player{kinds: k}
	err = p.error(f)
	return err, p.problem
}

// player brings one error back with all that it wraps.
type player struct {
	kinds   *Kinds
	nesting int
	problem error
}

func (p *player) error(f *Failure) error {
	e := &Recorded{failure: *f, code: f.Code, details: f.Details}
	for _, name := range f.Is {
		i, ok := p.kinds.byName[name]
		if !ok || p.kinds.list[i].is == nil {
			p.trouble(fmt.Errorf("the recorded error is of kind %q, which is no registered Sentinel", name))
			continue
		}
		e.wraps = append(e.wraps, p.kinds.list[i].is)
	}
	for _, name := range f.types() {
		i, ok := p.kinds.byName[name]
		if !ok || p.kinds.list[i].form == nil {
			p.trouble(fmt.Errorf("the recorded error is of kind %q, which is no registered ErrorType", name))
			continue
		}
		inner, err := p.decode(p.kinds.list[i], f.As[name])
		if err != nil {
			p.trouble(fmt.Errorf("the recorded error of kind %q: %w", name, err))
			continue
		}
		e.wraps = append(e.wraps, inner)
		e.inherit(inner, 2)
	}
	if f.RetryAfter != "" {
		var err error
		if e.after, err = time.ParseDuration(f.RetryAfter); err != nil {
			p.trouble(fmt.Errorf("the recorded error: retryAfter: %w", err))
			e.failure.RetryAfter = ""
		}
	}
	if f.Panic {
		return &executor.PanicError{Value: e, Stack: []byte(f.Stack)}
	}
	return e
}

func (p *player) decode(kind Kind, text json.RawMessage) (err, problem error) {
	defer func() {
		if p := recover(); p != nil {
			err, problem = nil, fmt.Errorf("panic: %s", printed(p))
		}
	}()
	if p.nesting >= 2*maxNesting {
		return nil, errors.New("too many errors hold one another")
	}
	p.nesting++
	defer func() { p.nesting-- }()
	return kind.form.decode(p, text)
}

func (p *player) trouble(err error) {
	if p.problem == nil {
		p.problem = err
	}
}

// inherit takes the code and the details of what it wraps, as far as it has none.
func (e *Recorded) inherit(err error, depth int) {
	if in, ok := err.(*Recorded); ok { //nolint:errorlint // walks the tree itself
		if e.code == "" {
			e.code = in.code
		}
		if e.details == nil {
			e.details = in.details
		}
		return
	}
	if depth == 0 { // below what was decoded is only what its own methods make
		return
	}
	several, one := unwrap(err)
	e.inherit(one, depth-1)
	for _, err := range several {
		e.inherit(err, depth-1)
	}
}
