package cassette

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
)

// failure is an error as it is recorded: its text, its kinds, and what it says about trying again.
type failure struct {
	Text string `json:"text"`
	// Is names the sentinels that it wraps; As holds what it wraps of registered types, by name.
	Is         []string                   `json:"is,omitempty"`
	As         map[string]json.RawMessage `json:"as,omitempty"`
	NotDone    bool                       `json:"notDone,omitempty"`
	Permanent  bool                       `json:"permanent,omitempty"`
	RetryAfter string                     `json:"retryAfter,omitempty"`
	// Panic says that the executor panicked; Text is then the panic's value.
	Panic bool `json:"panic,omitempty"`
}

// failure records an error.
func (k *kinds) failure(err error) (*failure, error) {
	f := &failure{Text: err.Error(), NotDone: executor.NotDone(err), Permanent: backoff.IsPermanent(err)}
	if p, ok := err.(*executor.PanicError); ok { //nolint:errorlint // as Execute made it
		f.Panic, f.Text = true, fmt.Sprint(p.Value)
	}
	if after, ok := backoff.RetryAfter(err); ok {
		f.RetryAfter = after.String()
	}
	for _, kind := range k.list {
		if kind.is != nil {
			if errors.Is(err, kind.is) {
				f.Is = append(f.Is, kind.name)
			}
			continue
		}
		if e, ok := kind.encode(err); ok {
			text, err := marshal(e)
			if err != nil {
				return nil, fmt.Errorf("the error of kind %q cannot be encoded: %w", kind.name, err)
			}
			if f.As == nil {
				f.As = map[string]json.RawMessage{}
			}
			f.As[kind.name] = text
		}
	}
	return f, nil
}

// error brings a recorded error back.
func (k *kinds) error(f *failure) (error, error) {
	e := &replayed{failure: f}
	for _, name := range f.Is {
		kind, ok := k.byName[name]
		if !ok || kind.is == nil {
			return nil, fmt.Errorf("the recorded error is of kind %q, which is no registered Sentinel", name)
		}
		e.wraps = append(e.wraps, kind.is)
	}
	for _, name := range slices.Sorted(maps.Keys(f.As)) {
		kind, ok := k.byName[name]
		if !ok || kind.decode == nil {
			return nil, fmt.Errorf("the recorded error is of kind %q, which is no registered ErrorType", name)
		}
		inner, err := kind.decode(f.As[name])
		if err != nil {
			return nil, fmt.Errorf("the recorded error of kind %q: %w", name, err)
		}
		e.wraps = append(e.wraps, inner)
	}
	if f.RetryAfter != "" {
		var err error
		if e.after, err = time.ParseDuration(f.RetryAfter); err != nil {
			return nil, fmt.Errorf("the recorded error: retryAfter: %w", err)
		}
	}
	if f.Panic {
		return &executor.PanicError{Value: e}, nil
	}
	return e, nil
}

// replayed is an error that was recorded. It says what the recorded one said.
type replayed struct {
	*failure
	wraps []error
	after time.Duration
}

func (e *replayed) Error() string { return e.failure.Text }

func (e *replayed) Unwrap() []error { return e.wraps }

func (e *replayed) NotDone() bool { return e.failure.NotDone }

func (e *replayed) Permanent() bool { return e.failure.Permanent }

func (e *replayed) RetryIn() (time.Duration, bool) { return e.after, e.failure.RetryAfter != "" }
