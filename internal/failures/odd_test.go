package failures_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/internal/failures"
)

// oddError does what it is told in each of its methods.
type oddError struct {
	text    func() string
	is      func() bool
	as      func() bool
	inner   func() []error
	flags   func() bool
	details func() any
}

func (e *oddError) Error() string { return e.text() }

func (e *oddError) Is(error) bool { return e.is != nil && e.is() }

func (e *oddError) As(any) bool { return e.as != nil && e.as() }

func (e *oddError) Unwrap() []error {
	if e.inner == nil {
		return nil
	}
	return e.inner()
}

func (e *oddError) NotDone() bool { return e.flags != nil && e.flags() }

func (e *oddError) Permanent() bool { return e.flags != nil && e.flags() }

func (e *oddError) Code() string { return fmt.Sprint(e.Details()) }

func (e *oddError) Details() any {
	if e.details == nil {
		return nil
	}
	return e.details()
}

// loopError wraps itself.
type loopError struct{ inner error }

func (e *loopError) Error() string { return "loop: " + e.inner.Error() }

func (e *loopError) Unwrap() error { return e.inner }

// sliceError cannot be compared.
type sliceError []string

func (e sliceError) Error() string { return strings.Join(e, " ") }

func says(text string) func() string { return func() string { return text } }

// there and back, by way of JSON.
func roundTrip(t *testing.T, k *failures.Kinds, err error) error {
	t.Helper()
	f, _ := k.Encode(err)
	text, problem := json.Marshal(f)
	require.NoError(t, problem)
	require.Less(t, len(text), 4<<20)
	back := &failures.Failure{}
	require.NoError(t, json.Unmarshal(text, back))
	again, problem := k.Decode(back)
	require.NoError(t, problem)
	return again
}

// unprintable panics in a way that package fmt does not catch.
type unprintable struct{}

func (u *unprintable) Format(fmt.State, rune) { panic(u) }

func TestAnErrorThatPanicsIsRecordedAllTheSame(t *testing.T) {
	t.Parallel()
	boom := func() bool { panic("boom") }
	var none *loopError
	for want, err := range map[string]error{
		"an error of type *failures_test.oddError, whose method Error panics": &oddError{
			text: func() string { panic("boom") },
		},
		"an error of type *failures_test.loopError, whose method Error panics": none,
		"is":     &oddError{text: says("is"), is: boom},
		"as":     &oddError{text: says("as"), as: boom},
		"unwrap": &oddError{text: says("unwrap"), inner: func() []error { panic("boom") }},
		"flags":  &oddError{text: says("flags"), flags: boom},
		"says":   &oddError{text: says("says"), details: func() any { panic("boom") }},
		"panic: a value of type *failures_test.unprintable, which cannot be printed": executor.NewPanicError(
			&unprintable{}),
	} {
		require.EqualError(t, roundTrip(t, failures.Standard(), err), want)
		back := roundTrip(t, failures.Standard(), &executor.StepError{Path: "1", Err: &oddError{
			text: says("around"), is: boom, inner: func() []error { return []error{nil, err, backoff.Permanent(err)} },
		}})
		require.EqualError(t, back, "step 1: nil: around")
		_, ok := errors.AsType[*executor.StepError](back)
		require.True(t, ok)
	}
}

func TestAnErrorThatWrapsItselfIsRecordedInPart(t *testing.T) {
	t.Parallel()
	loop := &loopError{}
	loop.inner = loop
	twice := &oddError{text: says("twice")}
	twice.inner = func() []error { return []error{twice, errBusy, twice} }
	retries := &backoff.RetryError{Attempts: 2}
	retries.Errs = []error{retries, retries}
	growing := func() error { return nil }
	grows := &oddError{text: says("grows"), inner: func() []error { return []error{growing()} }}
	growing = func() error { return &loopError{grows} }
	for want, err := range map[string]error{
		"an error of type *failures_test.loopError that seems to wrap itself": loop,
		"an error of type *failures_test.oddError that seems to wrap itself":  twice,
		"an error of type *backoff.RetryError that seems to wrap itself":      retries,
		"an error of type *errors.joinError that seems to wrap itself":        errors.Join(errBusy, grows),
		"step 2: nil: busy": &executor.StepError{Path: "2", Err: errBusy},
	} {
		require.EqualError(t, roundTrip(t, shopKinds(t), err), want)
	}
	back := roundTrip(t, shopKinds(t), fmt.Errorf("%w, %w", errBusy, loop.endless()))
	require.ErrorIs(t, back, errBusy, "what comes before the loop is found")
	require.EqualError(t, roundTrip(t, shopKinds(t), executor.NewPanicError(loop)),
		"panic: an error of type *executor.PanicError that seems to wrap itself")
}

// endless is a loop that can be printed.
func (e *loopError) endless() error {
	return &oddError{text: says("x"), inner: func() []error { return []error{e} }}
}

func TestAnErrorThatIsSharedManyTimesIsRecordedInTime(t *testing.T) {
	t.Parallel()
	joined, retried := errBusy, errBusy
	for range 40 { // a trillion paths
		joined = errors.Join(joined, joined)
		retried = &backoff.RetryError{Attempts: 2, Errs: []error{retried, retried}}
	}
	require.EqualError(t, roundTrip(t, shopKinds(t), joined),
		"an error of type *errors.joinError that wraps more than 100000 others")
	require.EqualError(t, roundTrip(t, shopKinds(t), retried),
		"an error of type *backoff.RetryError that wraps more than 100000 others")
}

func TestManyErrorsAreRecordedAsFarAsThereIsRoom(t *testing.T) {
	t.Parallel()
	many := &backoff.RetryError{Attempts: 4096}
	for i := range 4096 {
		many.Errs = append(many.Errs, fmt.Errorf("%d: %w: %s", i, errBusy, strings.Repeat("x", 1000)))
	}
	back := roundTrip(t, shopKinds(t), fmt.Errorf("many: %w", many))
	retried, ok := errors.AsType[*backoff.RetryError](back)
	require.True(t, ok)
	require.Equal(t, 4096, retried.Attempts)
	require.Len(t, retried.Errs, 4096)
	require.Equal(t, many.Errs[0].Error(), retried.Errs[0].Error())
	require.EqualError(t, retried.Errs[4095], "…")
	require.ErrorIs(t, back, errBusy)

	many.Errs = append(many.Errs, errBusy)
	back = roundTrip(t, shopKinds(t), many)
	require.NotErrorAs(t, back, new(*backoff.RetryError), "too many")
	require.ErrorIs(t, back, errBusy, "but not lost")
}

func TestALongTextIsCutWithANote(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ä", 5<<20)
	text := roundTrip(t, failures.Standard(), errors.New(long)).Error()
	require.Equal(t, long[:64<<10]+"… (10420224 more bytes are not recorded)", text)
	text = roundTrip(t, failures.Standard(), errors.New("x"+long)).Error()
	require.Equal(t, "x"+long[:64<<10-2]+"… (10420226 more bytes are not recorded)", text)

	f, problem := failures.Standard().Encode(&oddError{
		text: says(long), details: func() any { return long }, inner: func() []error {
			return []error{&executor.PanicError{Value: long, Stack: []byte(long)}}
		},
	})
	require.NoError(t, problem)
	require.Less(t, len(f.Code), 2<<10)
	require.Nil(t, f.Details)
	require.Less(t, len(f.As["executor.PanicError"]), 32<<10)
}

func TestATextThatIsNoUTF8IsMadeSo(t *testing.T) {
	t.Parallel()
	require.EqualError(t, roundTrip(t, failures.Standard(), errors.New("a\xff\xfeb")), "a\uFFFDb")
}

func TestAnErrorThatCannotBeComparedIsRecorded(t *testing.T) {
	t.Parallel()
	kinds, err := failures.NewKinds(failures.Sentinel("slice", sliceError{"a"}), failures.Sentinel("slice2",
		&loopError{errBusy}))
	require.NoError(t, err)
	back := roundTrip(t, kinds, sliceError{"a", "b"})
	require.EqualError(t, back, "a b")
}

func TestWhatDoesNotEncodeIsLeftOut(t *testing.T) {
	t.Parallel()
	kinds, err := failures.NewKinds(failures.ErrorType[*unfitError]("unfit"))
	require.NoError(t, err)
	for want, e := range map[string]*unfitError{
		"json: unsupported type: chan int":                {Field: make(chan int)},
		"panic: boom":                                     {Field: bomb{}},
		"it has 65538 bytes, and there is room for 65536": {Field: strings.Repeat("x", 64<<10-10)},
	} {
		f, problem := kinds.Encode(fmt.Errorf("%w: %w", errBusy, e))
		require.EqualError(t, problem, `the error of kind "unfit" cannot be encoded: `+want)
		require.Equal(t, &failures.Failure{Text: "busy: unfit"}, f)
	}
}

// unfitError has a field of any type.
type unfitError struct{ Field any }

func (*unfitError) Error() string { return "unfit" }

type bomb struct{}

func (bomb) MarshalJSON() ([]byte, error) { panic("boom") }
