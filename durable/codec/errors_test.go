package codec_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
)

var errBusy = errors.New("busy")

// DeclinedError is an error with everything that is recorded.
type DeclinedError struct {
	Reason string
	Cents  int
}

func (e *DeclinedError) Error() string { return "declined: " + e.Reason }

func (*DeclinedError) Code() string { return "declined" }

func (e *DeclinedError) Details() any { return map[string]int{"cents": e.Cents} }

// Charge is an action.
type Charge struct {
	actions.Returns[string]
	Card string
}

func newErrors(tb testing.TB, kinds ...codec.ErrorKind) *codec.Errors {
	tb.Helper()
	e, err := codec.NewErrors(kinds...)
	require.NoError(tb, err)
	return e
}

func shopErrors(tb testing.TB) *codec.Errors {
	tb.Helper()
	return newErrors(tb, codec.Sentinel("shop.errBusy", errBusy), codec.ErrorType[*DeclinedError]("shop.DeclinedError"))
}

// roundTrip records an error and brings it back.
func roundTrip(tb testing.TB, e *codec.Errors, s *codec.Set, err error) error {
	tb.Helper()
	p, problem := e.Encode(s, err)
	require.NoError(tb, problem)
	require.True(tb, codec.IsError(p))
	back, problem := e.Decode(s, p)
	require.NoError(tb, problem)
	return back
}

// allErrors are errors of all kinds that are told apart.
func allErrors(tb testing.TB) []error {
	tb.Helper()
	done, cancel := context.WithCancelCause(context.Background())
	cancel(&executor.DecidedError{Branch: 3})
	_, noFile := os.Open("/nowhere/to/be/found")
	declined := &DeclinedError{"no money", 1250}
	step := &executor.StepError{Path: "3.1.0", Action: Charge{Card: "1"}, Err: declined}
	return []error{
		errors.New("plain"),
		fmt.Errorf("wrapped: %w", errBusy),
		fmt.Errorf("both: %w, %w", io.EOF, declined),
		backoff.Permanent(errBusy),
		backoff.After(errBusy, 1500*time.Millisecond),
		fmt.Errorf("dial: %w: %w", executor.ErrNotDone, syscall.ECONNREFUSED),
		executor.Refuse(done),
		&orchestrate.TimeoutError{Limit: time.Minute},
		noFile,
		step,
		&backoff.RetryError{Attempts: 2, Errs: []error{step, errBusy, context.Canceled}},
		&orchestrate.SagaError{Err: step, Undo: []error{errBusy, fmt.Errorf("undo: %w", declined)}},
		&executor.UnhandledError{Action: Charge{}, Near: []string{"shop.Charge"}},
		fmt.Errorf("%w, %w", executor.ErrLent, orchestrate.ErrSagaOver),
		executor.NewPanicError(errBusy),
		&executor.StepError{Path: "0", Action: Charge{}, Err: executor.NewPanicError("oops")},
	}
}

func TestAnErrorComesBackAsWhatItWas(t *testing.T) {
	t.Parallel()
	e := shopErrors(t)
	for _, s := range []*codec.Set{newSet(t, nil), newSet(t, codec.Gob()), newSet(t, reversed("x"))} {
		for _, want := range allErrors(t) {
			once := roundTrip(t, e, s, want)
			sameError(t, want, once)
			sameError(t, once, roundTrip(t, e, s, once))
			sameError(t, once, roundTrip(t, e, s, fmt.Errorf("%w", once)))
		}
	}
}

func sameError(t *testing.T, want, got error) {
	t.Helper()
	require.EqualError(t, got, want.Error())
	for _, is := range []error{
		errBusy, io.EOF, fs.ErrNotExist, syscall.ENOENT, syscall.ECONNREFUSED, context.Canceled,
		context.DeadlineExceeded, executor.ErrNotDone, executor.ErrLent, orchestrate.ErrSagaOver,
	} {
		require.Equal(t, errors.Is(want, is), errors.Is(got, is), "%v is %v", want, is)
	}
	require.Equal(t, executor.NotDone(want), executor.NotDone(got), "%v", want)
	require.Equal(t, backoff.IsPermanent(want), backoff.IsPermanent(got), "%v", want)
	wantAfter, wantOK := backoff.RetryAfter(want)
	gotAfter, gotOK := backoff.RetryAfter(got)
	require.Equal(t, wantOK, gotOK)
	require.Equal(t, wantAfter, gotAfter)
	equalAs[*DeclinedError](t, want, got)
	equalAs[*executor.DecidedError](t, want, got)
	equalAs[*orchestrate.TimeoutError](t, want, got)
	sameAs(t, want, got, func(t *testing.T, want, got *executor.StepError) {
		t.Helper()
		require.Equal(t, want.Path, got.Path)
		require.Equal(t, actions.Name(want.Action), actions.Name(got.Action))
		sameError(t, want.Err, got.Err)
	})
	sameAs(t, want, got, func(t *testing.T, want, got *executor.PanicError) {
		t.Helper()
		require.Equal(t, fmt.Sprint(want.Value), fmt.Sprint(got.Value))
		require.Equal(t, string(want.Stack), string(got.Stack))
	})
	sameAs(t, want, got, func(t *testing.T, want, got *backoff.RetryError) {
		t.Helper()
		require.Equal(t, want.Attempts, got.Attempts)
		sameErrors(t, want.Errs, got.Errs)
	})
	sameAs(t, want, got, func(t *testing.T, want, got *orchestrate.SagaError) {
		t.Helper()
		sameError(t, want.Err, got.Err)
		sameErrors(t, want.Undo, got.Undo)
	})
	sameAs(t, want, got, func(t *testing.T, want, got *executor.UnhandledError) {
		t.Helper()
		require.Equal(t, actions.Name(want.Action), actions.Name(got.Action))
		require.Equal(t, want.Near, got.Near)
	})
	sameAs(t, want, got, func(t *testing.T, want, got *fs.PathError) {
		t.Helper()
		require.Equal(t, []string{want.Op, want.Path}, []string{got.Op, got.Path})
		sameError(t, want.Err, got.Err)
	})
}

func sameErrors(t *testing.T, want, got []error) {
	t.Helper()
	require.Len(t, got, len(want))
	for i := range want {
		sameError(t, want[i], got[i])
	}
}

func sameAs[E error](t *testing.T, want, got error, same func(t *testing.T, want, got E)) {
	t.Helper()
	wantE, wantOK := errors.AsType[E](want)
	gotE, gotOK := errors.AsType[E](got)
	require.Equal(t, wantOK, gotOK, "%v is no %T", got, wantE)
	if wantOK {
		same(t, wantE, gotE)
	}
}

func equalAs[E error](t *testing.T, want, got error) {
	t.Helper()
	sameAs(t, want, got, func(t *testing.T, want, got E) {
		t.Helper()
		require.Equal(t, want, got)
	})
}

func TestCodeAndDetailsComeBack(t *testing.T) {
	t.Parallel()
	declined := &DeclinedError{"no", 1}
	for _, err := range []error{
		declined, fmt.Errorf("charge: %w", declined), &executor.StepError{Path: "0", Action: Charge{}, Err: declined},
		&backoff.RetryError{Attempts: 2, Errs: []error{errBusy, declined}},
		&executor.StepError{Path: "0", Action: Charge{}, Err: executor.NewPanicError(declined)},
	} {
		back := roundTrip(t, newErrors(t), nil, err)
		recorded, ok := errors.AsType[*codec.Recorded](roundTrip(t, newErrors(t), nil, back))
		require.True(t, ok)
		require.Equal(t, "declined", recorded.Code())
		require.JSONEq(t, `{"cents": 1}`, string(recorded.Details()))
	}
	recorded, ok := errors.AsType[*codec.Recorded](roundTrip(t, newErrors(t), nil, errBusy))
	require.True(t, ok)
	require.Empty(t, recorded.Code())
	require.Nil(t, recorded.Details())
}

func TestAKindThatIsNotKnownAnyMoreIsKept(t *testing.T) {
	t.Parallel()
	p, err := shopErrors(t).Encode(nil, fmt.Errorf("%w: %w: %w", errBusy, &DeclinedError{"no", 7}, io.EOF))
	require.NoError(t, err)
	unknown, err := newErrors(t).Decode(nil, p)
	require.NoError(t, err)
	require.EqualError(t, unknown, "busy: declined: no: EOF")
	require.ErrorIs(t, unknown, io.EOF)
	require.NotErrorIs(t, unknown, errBusy)

	p, err = newErrors(t).Encode(nil, &executor.StepError{Path: "1", Action: Charge{}, Err: unknown})
	require.NoError(t, err)
	known, err := shopErrors(t).Decode(nil, p)
	require.NoError(t, err)
	require.ErrorIs(t, known, errBusy)
	var declined *DeclinedError
	require.ErrorAs(t, known, &declined)
	require.Equal(t, &DeclinedError{"no", 7}, declined)
}

func TestNoErrorIsNoPayload(t *testing.T) {
	t.Parallel()
	var e *codec.Errors
	p, err := e.Encode(nil, nil)
	require.NoError(t, err)
	require.Zero(t, p)
	require.False(t, codec.IsError(p))
	got, err := e.Decode(nil, p)
	require.NoError(t, err)
	require.NoError(t, got)
}

func TestAPayloadThatIsNoErrorIsRefused(t *testing.T) {
	t.Parallel()
	for want, p := range map[string]store.Payload{
		`what codec "json" wrote cannot be decoded as error: the payload is no error`: {Codec: "json", Data: []byte("1")},
		`codec "x" is not known (there are gob, json): give it to the set as one that reads`: {
			Codec: "error+x", Data: []byte("1"),
		},
	} {
		got, err := newErrors(t).Decode(nil, p)
		require.EqualError(t, err, want)
		require.NoError(t, got)
	}
}
