package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
)

// replay answers an action from its record, after it has made sure that it is this action's.
func (j *Journal) replay(s *strand, p *past, a actions.Action) (any, error) {
	p.visited = true
	r := p.Record
	d, _ := j.digest(a) // one that cannot be encoded has none, then as now
	if r.Name != d.name || !j.Treat(a).NameOnly && !bytes.Equal(r.Digest, d.sum) {
		return nil, j.mismatch(r, a, d.data)
	}
	s.settled(r)
	var value any
	var outcome, err error
	if isError(r.Failure) {
		outcome, err = j.Errors.Decode(j.Codecs, r.Failure)
	} else {
		value, err = j.decode(a, r.Result)
	}
	if err != nil {
		return nil, j.unreadable(r, err)
	}
	return value, outcome
}

// decode is a recorded result as the orchestration sees it.
func (j *Journal) decode(a actions.Action, p store.Payload) (any, error) {
	return actions.DecodeResult(a, func(into any) error {
		if p.Codec == "" {
			return nil
		}
		return j.Codecs.Decode(p, into)
	})
}

// isError tells whether a record has a failure.
func isError(p store.Payload) bool { return p.Codec != "" }

// digest is what an action is known by.
type digest struct {
	name string
	sum  []byte
	data []byte // as JSON
}

// digest encodes an action as JSON, whatever the codec of payloads is, because that is the same each time. The first
// half of its SHA-256 stands for it.
func (j *Journal) digest(a actions.Action) (d digest, err error) {
	d.name = actions.Name(a)
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s cannot be encoded: panic: %v", d.name, p)
		}
	}()
	d.data, err = json.Marshal(a)
	if err != nil {
		return d, fmt.Errorf("%s cannot be encoded: %w", d.name, err)
	}
	sum := sha256.Sum256(d.data)
	d.sum = sum[:16]
	return d, nil
}

// outcome is what came of an action, as it is recorded and as the orchestration sees it.
type outcome struct {
	result, failure store.Payload
	value           any
	err             error
}

// settle makes a record of what an executor returned, and what the orchestration sees of that record.
func (j *Journal) settle(a actions.Action, value any, err error) outcome {
	if err == nil {
		o, bad := j.settleResult(a, value)
		if bad == nil {
			return o
		}
		err = bad
	}
	p, bad := j.Errors.Encode(j.Codecs, err)
	if bad == nil {
		err, bad = j.Errors.Decode(j.Codecs, p)
	}
	if bad != nil {
		return outcome{err: j.stop(fmt.Errorf("the error of %s cannot be recorded: %w", actions.Name(a), bad))}
	}
	return outcome{failure: p, err: err}
}

func (j *Journal) settleResult(a actions.Action, value any) (o outcome, err error) {
	zero := false
	o.value, err = actions.DecodeResult(a, func(into any) error {
		want := reflect.TypeOf(into).Elem()
		if got := reflect.TypeOf(value); got != nil && !got.AssignableTo(want) {
			return &executor.ResultError{Action: a, Want: want, Got: got}
		}
		zero = value == nil || want.Size() == 0 && want.Kind() == reflect.Struct
		if zero {
			return nil
		}
		if o.result, err = j.Codecs.Encode(value); err != nil {
			return fmt.Errorf("the result of %s cannot be recorded: %w", actions.Name(a), err)
		}
		if n := len(o.result.Data); n > j.MaxPayload {
			return &TooLargeError{Action: actions.Name(a), Size: n, Limit: j.MaxPayload}
		}
		if err := j.Codecs.Decode(o.result, into); err != nil {
			return fmt.Errorf("the result of %s cannot be read back: %w", actions.Name(a), err)
		}
		return nil
	})
	return o, err
}

// ErrTooLarge says that something is larger than it may be. Of a result the error is a [TooLargeError].
var ErrTooLarge = errors.New("too large")

// TooLargeError says that a result is larger than a record may be. The action was carried out, and this is its outcome.
// To errors.Is it is [ErrTooLarge].
type TooLargeError struct {
	Action      string
	Size, Limit int // in bytes, as encoded
}

// Error tells the sizes.
func (e *TooLargeError) Error() string {
	return fmt.Sprintf("the result of %s is %d bytes long, and the limit is %d: return a reference to it",
		e.Action, e.Size, e.Limit)
}

// Unwrap returns [ErrTooLarge].
func (e *TooLargeError) Unwrap() error { return ErrTooLarge }

// Permanent is true: the next result is not smaller.
func (e *TooLargeError) Permanent() bool { return true }
