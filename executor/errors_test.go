package executor_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

func TestAStepErrorSaysWhichActionFailedWhere(t *testing.T) {
	t.Parallel()
	yielding(t.Context(), stack(), func(y actions.Yield) {
		must(t, y, say{})
		_, err := y(fails(errOuch))
		require.EqualError(t, err, "step 1: executor_test.call: ouch")
		require.ErrorIs(t, err, errOuch)
		var at *executor.StepError
		require.ErrorAs(t, err, &at)
		require.Equal(t, "1", at.Path)
		require.IsType(t, call{}, at.Action)
	})
}

func TestAnErrorIsWrappedOnce(t *testing.T) {
	t.Parallel()
	nested := func(ctx context.Context) (v string, err error) {
		yielding(ctx, stack(), func(y actions.Yield) {
			_, err = y(actions.Group{Branches: []actions.Branch{flow(func(y actions.Yield) (any, error) {
				return y(actions.Shielded{Action: fails(errOuch)})
			})}})
		})
		return "", fmt.Errorf("handler: %w", err)
	}
	yielding(t.Context(), stack(), func(y actions.Yield) {
		_, err := y(do(nested))
		require.EqualError(t, err, "handler: step 0.0.0.0.0: executor_test.call: ouch")
		require.Equal(t, 1, stepErrors(err))
	})
}

func TestAnErrorFromAnotherPlaceIsWrappedAgain(t *testing.T) {
	t.Parallel()
	own := func(ctx context.Context) (v string, err error) {
		yielding(executor.WithRun(ctx, "own"), stack(), func(y actions.Yield) { _, err = y(fails(errOuch)) })
		return "", err
	}
	yielding(t.Context(), stack(), func(y actions.Yield) {
		_, err := y(do(own))
		require.EqualError(t, err, "step 0: executor_test.call: step 0: executor_test.call: ouch", "of another run")

		_, err = y(fails(err))
		require.ErrorContains(t, err, "step 1: executor_test.call: step 0:", "of an earlier step")

		for range 9 {
			must(t, y, say{})
		}
		_, err = y(fails(&executor.StepError{Path: "1", Err: errOuch}))
		require.ErrorContains(t, err, "step 11: executor_test.call: step 1:", "1 is not a step in 11")

		_, err = y(fails(&executor.StepError{Path: "12.4", Action: say{}, Err: errOuch}))
		require.EqualError(t, err, "step 12.4: executor_test.say: ouch", "as decoded from a journal")

		_, err = y(fails(&executor.StepError{Path: "130", Action: say{}, Err: errOuch}))
		require.ErrorContains(t, err, "step 13: executor_test.call: step 130:", "130 is not a step in 13")
	})
}

func stepErrors(err error) (n int) {
	for ; err != nil; err = errors.Unwrap(err) {
		if _, ok := err.(*executor.StepError); ok { //nolint:errorlint // counts them
			n++
		}
	}
	return n
}

func TestAPanicErrorIsPrintedWithItsStackOnDemand(t *testing.T) {
	t.Parallel()
	err := &executor.PanicError{Value: errOuch, Stack: []byte("goroutine 1")}
	require.EqualError(t, err, "panic: ouch")
	require.ErrorIs(t, err, errOuch)
	for format, want := range map[string]string{
		"%v": "panic: ouch", "%s": "panic: ouch", "%q": `"panic: ouch"`, "%13s": "  panic: ouch",
		"%x":  "70616e69633a206f756368",
		"%+v": "panic: ouch\n\ngoroutine 1",
	} {
		require.Equal(t, want, fmt.Sprintf(format, err), format)
	}
	require.NoError(t, (&executor.PanicError{Value: "text"}).Unwrap())
	require.Equal(t, "panic: <nil>", (&executor.PanicError{}).Error())
}

func TestAStepErrorIsPrintedWithTheStackOfItsPanicOnDemand(t *testing.T) {
	t.Parallel()
	panicked := &executor.PanicError{Value: errOuch, Stack: []byte("goroutine 1")}
	err := &executor.StepError{Path: "3", Action: say{}, Err: fmt.Errorf("2 attempts: %w", panicked)}
	const text = "step 3: executor_test.say: 2 attempts: panic: ouch"
	for format, want := range map[string]string{
		"%v": text, "%s": text, "%q": `"` + text + `"`, "%+v": text + "\n\ngoroutine 1",
	} {
		require.Equal(t, want, fmt.Sprintf(format, err), format)
	}
	err.Err = errOuch
	require.Equal(t, "step 3: executor_test.say: ouch", fmt.Sprintf("%+v", err))
}

func TestAPanicErrorIsMadeOnce(t *testing.T) {
	t.Parallel()
	first := executor.NewPanicError("x")
	require.Same(t, first, executor.NewPanicError(first))
	require.NotSame(t, first, executor.NewPanicError(fmt.Errorf("around: %w", first)))
	require.Contains(t, string(first.Stack), "TestAPanicErrorIsMadeOnce")
}

func TestAResultErrorNamesBothTypes(t *testing.T) {
	t.Parallel()
	err := &executor.ResultError{Action: say{}, Want: reflect.TypeFor[string](), Got: reflect.TypeFor[int]()}
	require.EqualError(t, err, "the result of executor_test.say must be of type string, got int")
}

func TestADecidedErrorIsACancellation(t *testing.T) {
	t.Parallel()
	err := &executor.DecidedError{Branch: 1}
	require.EqualError(t, err, "branch 1 decided the group")
	require.ErrorIs(t, err, context.Canceled)
}
