package backoff_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
)

func TestARetryErrorTellsTheLastAttemptAndWhatCutItShort(t *testing.T) {
	t.Parallel()
	first, last := errors.New("reset"), errors.New("refused")

	for text, e := range map[string]*backoff.RetryError{
		"0 attempts":                         {},
		"1 attempt: reset":                   {Attempts: 1, Errs: []error{first}},
		"2 attempts: refused":                {Attempts: 2, Errs: []error{first, last}},
		"1 attempt: reset; gave up: refused": {Attempts: 1, Errs: []error{first, last}},
	} {
		require.EqualError(t, e, text)
		for _, err := range e.Errs {
			require.ErrorIs(t, e, err)
		}
	}
}

func TestARetryErrorIsNotDoneOnlyIfNoAttemptDidAnything(t *testing.T) {
	t.Parallel()
	refused := fmt.Errorf("dial: %w", executor.ErrNotDone)
	lost := errors.New("the answer was lost")

	for _, c := range []struct {
		name    string
		err     *backoff.RetryError
		notDone bool
	}{
		{"every attempt was refused", &backoff.RetryError{Attempts: 2, Errs: []error{refused, refused}}, true},
		{"one may have had an effect", &backoff.RetryError{Attempts: 2, Errs: []error{lost, refused}}, false},
		{"the reason to stop has no say", &backoff.RetryError{Attempts: 1, Errs: []error{refused, context.Canceled}}, true},
		{"nor does it absolve the attempt", &backoff.RetryError{Attempts: 1, Errs: []error{lost, refused}}, false},
		{"an attempt whose error is missing", &backoff.RetryError{Attempts: 2, Errs: []error{refused}}, false},
	} {
		require.Equal(t, c.notDone, executor.NotDone(fmt.Errorf("step 3: %w", c.err)), c.name)
	}
}

func TestARetryErrorComesBackWhenItsLastAttemptSaysSo(t *testing.T) {
	t.Parallel()
	soon, late := errors.New("soon"), backoff.After(errors.New("late"), time.Hour)

	after, ok := backoff.RetryAfter(&backoff.RetryError{Attempts: 2, Errs: []error{soon, late}})
	require.True(t, ok)
	require.Equal(t, time.Hour, after)

	_, ok = backoff.RetryAfter(&backoff.RetryError{Attempts: 2, Errs: []error{late, soon}})
	require.False(t, ok, "what an earlier attempt said is history")

	_, ok = backoff.RetryAfter(&backoff.RetryError{})
	require.False(t, ok)
}
