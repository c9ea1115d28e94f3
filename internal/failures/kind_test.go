package failures_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/internal/failures"
)

var errBusy = errors.New("busy")

func shopKinds(t *testing.T, own ...failures.Kind) *failures.Kinds {
	t.Helper()
	k, err := failures.NewKinds(append(own, failures.Sentinel("shop.errBusy", errBusy))...)
	require.NoError(t, err)
	return k
}

type (
	// batchError is a pointer with fields of all sorts.
	batchError struct {
		First error   `json:"first,omitempty"`
		Items []error `json:"items"`
		Did   actions.Action
		Count int `json:"n"`
		seen  bool
	}
	// valueError is no pointer.
	valueError struct{ Err error }
	// ownError encodes itself.
	ownError struct {
		Err  error
		code int
	}
	// textError is no struct.
	textError string
	// Ship is an action.
	Ship struct {
		actions.Returns[string]
		To string
	}
)

func (e *batchError) Error() string { return fmt.Sprint("batch of ", e.Count) }

func (e *batchError) Unwrap() []error { return append([]error{e.First}, e.Items...) }

func (e valueError) Error() string { return "value: " + e.Err.Error() }

func (e valueError) Unwrap() error { return e.Err }

func (e *ownError) Error() string { return fmt.Sprint("own ", e.code) }

func (e *ownError) MarshalJSON() ([]byte, error) { return json.Marshal(e.code) }

func (e *ownError) UnmarshalJSON(text []byte) error { return json.Unmarshal(text, &e.code) }

func (e textError) Error() string { return string(e) }

func ownKinds(t *testing.T) *failures.Kinds {
	t.Helper()
	return shopKinds(t, failures.ErrorType[*batchError]("batch"), failures.ErrorType[valueError]("value"),
		failures.ErrorType[*ownError]("own"), failures.ErrorType[textError]("text"))
}

func TestErrorsThatHoldErrorsComeBackWithThem(t *testing.T) {
	t.Parallel()
	want := &batchError{
		First: fmt.Errorf("first: %w", errBusy), Items: []error{nil, valueError{io.EOF}, textError("no")},
		Did: Ship{To: "Rome"}, Count: 3, seen: true,
	}
	back := roundTrip(t, ownKinds(t), fmt.Errorf("outer: %w", want))
	require.EqualError(t, back, "outer: batch of 3")
	got, ok := errors.AsType[*batchError](back)
	require.True(t, ok)
	require.Equal(t, 3, got.Count)
	require.False(t, got.seen, "what is not exported is lost")
	require.Equal(t, "failures_test.Ship", actions.Name(got.Did))
	require.EqualError(t, got.First, "first: busy")
	require.ErrorIs(t, got.First, errBusy)
	require.Len(t, got.Items, 3)
	require.NoError(t, got.Items[0])
	require.EqualError(t, got.Items[1], "value: EOF")
	value, ok := errors.AsType[valueError](got.Items[1])
	require.True(t, ok)
	require.ErrorIs(t, value.Err, io.EOF)
	require.NotErrorIs(t, got.Items[2], io.EOF)
	text, ok := errors.AsType[textError](got.Items[2])
	require.True(t, ok)
	require.Equal(t, textError("no"), text)

	empty, ok := errors.AsType[*batchError](roundTrip(t, ownKinds(t), &batchError{}))
	require.True(t, ok)
	require.Equal(t, &batchError{}, empty)
}

func TestAnErrorThatEncodesItselfIsLeftToDoSo(t *testing.T) {
	t.Parallel()
	f, problem := ownKinds(t).Encode(&ownError{Err: io.EOF, code: 7})
	require.NoError(t, problem)
	require.JSONEq(t, "7", string(f.As["own"]))
	own, ok := errors.AsType[*ownError](roundTrip(t, ownKinds(t), &ownError{Err: io.EOF, code: 7}))
	require.True(t, ok)
	require.Equal(t, &ownError{code: 7}, own)
}

func TestASecondErrorOfTheSameTypeKeepsItsKinds(t *testing.T) {
	t.Parallel()
	err := errors.Join(valueError{io.EOF}, valueError{errBusy}, valueError{fs.ErrExist})
	once := roundTrip(t, ownKinds(t), err)
	for _, back := range []error{
		once, roundTrip(t, ownKinds(t), once), roundTrip(t, ownKinds(t), errors.Join(once, valueError{errBusy}, once)),
	} {
		value, ok := errors.AsType[valueError](back)
		require.True(t, ok)
		require.EqualError(t, value, "value: EOF")
		require.ErrorIs(t, back, io.EOF)
		require.ErrorIs(t, back, errBusy)
		require.ErrorIs(t, back, fs.ErrExist)
	}
}

// posing is an error that is others too, by its methods.
type posing struct{ inner error }

func (p posing) Error() string { return "posing" }

func (p posing) Unwrap() error { return p.inner }

func (p posing) Is(err error) bool { return err == io.EOF }

func (p posing) As(into any) bool {
	if e, ok := into.(*valueError); ok {
		*e = valueError{fs.ErrExist}
		return true
	}
	return false
}

func TestTheMethodsIsAndAsAreHeeded(t *testing.T) {
	t.Parallel()
	back := roundTrip(t, ownKinds(t), fmt.Errorf("a %w", posing{errBusy}))
	require.ErrorIs(t, back, io.EOF)
	require.ErrorIs(t, back, errBusy, "what it really wraps")
	value, ok := errors.AsType[valueError](back)
	require.True(t, ok)
	require.EqualError(t, value, "value: file already exists")
}

func TestKindsThatDoNotFitTogetherAreRefused(t *testing.T) {
	t.Parallel()
	for want, kinds := range map[string][]failures.Kind{
		"the name or the error of a Sentinel is missing": {failures.Sentinel("", io.EOF)},
		"the name of an ErrorType is missing":            {failures.ErrorType[textError]("")},
		`two kinds of errors are named "io.EOF"`:         {failures.Sentinel("io.EOF", errBusy)},
		`two kinds of errors are named "a"`: {
			failures.ErrorType[textError]("a"), failures.Sentinel("a", io.EOF),
		},
		`two kinds of errors are named "b"`: {
			failures.ErrorType[textError]("b"), failures.ErrorType[valueError]("b"),
		},
		`two kinds of errors are named "c"`: {
			failures.ErrorType[valueError]("c"), failures.ErrorType[*batchError]("c"),
		},
		`two kinds of errors are named "executor.PanicError"`: {failures.ErrorType[textError]("executor.PanicError")},
		`two kinds of errors are named "slice"`: {
			failures.Sentinel("slice", sliceError{}), failures.Sentinel("slice", sliceError{}),
		},
		`the kind "i" is of an interface, interface { Error() string; Timeout() bool }: ` +
			"no error of it could be brought back": {
			failures.ErrorType[interface {
				error
				Timeout() bool
			}]("i"),
		},
		"a kind of errors is the zero Kind: make it with Sentinel or ErrorType": {{}},
	} {
		_, err := failures.NewKinds(kinds...)
		require.EqualError(t, err, want)
	}
	_, err := failures.NewKinds(failures.Sentinel("io.EOF", io.EOF), failures.ErrorType[*fs.PathError]("fs.PathError"),
		failures.ErrorType[textError]("t"), failures.ErrorType[textError]("t"))
	require.NoError(t, err, "the same ones again")
	require.Equal(t, "t", failures.ErrorType[textError]("t").Name())
}

func TestWhatDoesNotDecodeIsLeftOutAndNamed(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]*failures.Failure{
		`the recorded error is of kind "x", which is no registered Sentinel`:       {Is: []string{"x"}},
		`the recorded error is of kind "own", which is no registered Sentinel`:     {Is: []string{"own"}},
		`the recorded error is of kind "x", which is no registered ErrorType`:      as("x", "{}"),
		`the recorded error is of kind "io.EOF", which is no registered ErrorType`: as("io.EOF", "{}"),
		`the recorded error of kind "own": unexpected end of JSON input`:           as("own", ""),
		`the recorded error of kind "fs.PathError": json: cannot unmarshal number into Go value of type ` +
			`struct { Op string; Path string; Err *failures.Failure }`: as("fs.PathError", "1"),
		`the recorded error of kind "orchestrate.TimeoutError": it is null`: as("orchestrate.TimeoutError", "null"),
		`the recorded error of kind "executor.PanicError": json: cannot unmarshal number into Go value of type ` +
			"failures.Failure": as("executor.PanicError", "1"),
		`the recorded error: retryAfter: time: invalid duration "soon"`:          {RetryAfter: "soon"},
		`the recorded error of kind "bomb": panic: boom`:                         as("bomb", "1"),
		"the recorded error of kind \"value\": too many errors hold one another": as("value", deep(100)),
	} {
		f.Text = "text"
		kinds := shopKinds(t, failures.ErrorType[*batchError]("batch"), failures.ErrorType[*ownError]("own"),
			failures.ErrorType[valueError]("value"), failures.ErrorType[*bombError]("bomb"))
		err, problem := kinds.Decode(f)
		require.EqualError(t, problem, want)
		require.EqualError(t, err, "text")
	}
}

func as(name, text string) *failures.Failure {
	return &failures.Failure{As: map[string]json.RawMessage{name: json.RawMessage(text)}}
}

// deep is the text of errors that hold one another.
func deep(n int) string {
	if n == 0 {
		return "{}"
	}
	return `{"Err": {"as": {"value": ` + deep(n-1) + "}}}"
}

// bombError panics when it is decoded.
type bombError struct{}

func (*bombError) Error() string { return "bomb" }

func (*bombError) UnmarshalJSON([]byte) error { panic("boom") }
