package failures_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/internal/failures"
	"github.com/baton-go/baton/orchestrate"
)

// wordError has the word on what was done.
type wordError struct {
	error
	done bool
}

func (e wordError) Unwrap() error { return e.error }

func (e wordError) NotDone() bool { return !e.done }

// anError draws an error in which others are wrapped, so many levels deep.
func anError(t *rapid.T, levels int) error {
	leaf := rapid.SampledFrom([]error{
		errors.New("plain"), errBusy, io.EOF, fs.ErrNotExist, context.Canceled, executor.ErrNotDone, executor.ErrLent,
		&executor.DecidedError{Branch: 1}, &orchestrate.TimeoutError{Limit: time.Second},
		&executor.UnhandledError{Action: Ship{}}, textError("text"), &executor.PanicError{Value: 7},
	})
	if levels == 0 {
		return leaf.Draw(t, "leaf")
	}
	in := func() error { return anError(t, levels-1) }
	several := func() []error {
		errs := make([]error, rapid.IntRange(1, 3).Draw(t, "several"))
		for i := range errs {
			errs[i] = in()
		}
		return errs
	}
	switch rapid.IntRange(0, 13).Draw(t, "kind") {
	case 0, 1:
		return fmt.Errorf("around: %w", in())
	case 2:
		return errors.Join(several()...)
	case 3:
		return fmt.Errorf("%w and %w", in(), in())
	case 4:
		path := rapid.SampledFrom([]string{"0", "0.1", "7"}).Draw(t, "path")
		return &executor.StepError{Path: path, Action: Ship{}, Err: in()}
	case 5:
		return &backoff.RetryError{Attempts: rapid.IntRange(0, 3).Draw(t, "attempts"), Errs: several()}
	case 6:
		return &orchestrate.SagaError{Err: in(), Undo: several()}
	case 7:
		return &executor.PanicError{Value: in()}
	case 8:
		return backoff.Permanent(in())
	case 9:
		return backoff.After(in(), time.Minute)
	case 10:
		return wordError{in(), rapid.Bool().Draw(t, "done")}
	case 11:
		return &fs.PathError{Op: "open", Path: "x", Err: in()}
	case 12:
		return valueError{in()}
	}
	return leaf.Draw(t, "leaf")
}

func isType[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

// What a workflow can tell of an error is the same once it was recorded.
func TestWhatAnErrorTellsSurvivesBeingRecorded(t *testing.T) {
	t.Parallel()
	kinds := ownKinds(t)
	rapid.Check(t, func(rt *rapid.T) {
		want := anError(rt, rapid.IntRange(0, 5).Draw(rt, "levels"))
		f, problem := kinds.Encode(want)
		require.NoError(rt, problem)
		got, problem := kinds.Decode(f)
		require.NoError(rt, problem)
		alike(rt, want, got)

		again, problem := kinds.Encode(got)
		require.NoError(rt, problem)
		require.Equal(rt, f, again)

		// And once it came through a yield.
		alike(rt, yielded(want), yielded(got))
		require.Equal(rt, executor.NotDone(yielded(want)), executor.NotDone(yielded(got)))
	})
}

// alike compares what errors tell, but for whether something was done: what a step within an error says of that does
// not become the word of the whole.
func alike(t *rapid.T, want, got error) {
	require.Equal(t, want.Error(), got.Error())
	for _, is := range []error{
		errBusy, io.EOF, fs.ErrNotExist, context.Canceled, context.DeadlineExceeded, executor.ErrNotDone, executor.ErrLent,
	} {
		require.Equal(t, errors.Is(want, is), errors.Is(got, is), "%v", is)
	}
	for _, is := range []func(error) bool{
		isType[*executor.DecidedError], isType[*orchestrate.TimeoutError], isType[*executor.UnhandledError],
		isType[textError], isType[*executor.StepError], isType[*backoff.RetryError], isType[*orchestrate.SagaError],
		isType[*executor.PanicError], isType[*fs.PathError], isType[valueError],
	} {
		require.Equal(t, is(want), is(got))
	}
	require.Equal(t, backoff.IsPermanent(want), backoff.IsPermanent(got))
	after, ok := backoff.RetryAfter(want)
	gotAfter, gotOK := backoff.RetryAfter(got)
	require.Equal(t, after, gotAfter)
	require.Equal(t, ok, gotOK)
	if executor.NotDone(got) {
		require.True(t, executor.NotDone(want))
	}
}

// yielded is an error as the orchestration sees it that an executor returned.
func yielded(err error) error {
	exec := executor.Func(func(context.Context, actions.Action) (any, error) { return nil, err })
	_, err = orchestrate.Run(context.Background(), orchestrate.Lift(Ship{}), exec)
	return err
}

func TestTheWordOfAStepWithinIsNotThatOfTheWhole(t *testing.T) {
	t.Parallel()
	step := &executor.StepError{Path: "0", Action: Ship{}, Err: executor.ErrNotDone}
	for _, c := range []struct {
		err  error
		want bool
	}{
		{step, false},
		{fmt.Errorf("around: %w", step), false},
		{&executor.StepError{Path: "1", Action: Ship{}, Err: step}, false},
		{wordError{step, false}, true},
		{wordError{step, true}, false},
		{errors.Join(step, executor.ErrNotDone), true},
		{errors.Join(step, wordError{errBusy, false}), false},
		{errors.Join(wordError{step, false}, wordError{errBusy, false}), true},
		{executor.ErrNotDone, true},
	} {
		f, problem := failures.Standard().Encode(c.err)
		require.NoError(t, problem)
		require.Equal(t, c.want, f.NotDone, "%v", c.err)
	}
}
