package executor_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
)

// several stands for several errors, with a field that cannot be compared.
type several []error

func (s several) Error() string { return fmt.Sprint([]error(s)) }

func (s several) Unwrap() []error { return s }

// word has the last word on whether something was done.
type word struct {
	error
	notDone bool
}

func (w word) Unwrap() error { return w.error }

func (w word) NotDone() bool { return w.notDone }

func TestNotDone(t *testing.T) {
	t.Parallel()
	mark, plain := executor.ErrNotDone, errOuch
	wrapped := fmt.Errorf("dial: %w", mark)
	for _, c := range []struct {
		name string
		err  error
		want bool
	}{
		{"nil", nil, false},
		{"the mark itself", mark, true},
		{"wrapped", fmt.Errorf("a: %w", wrapped), true},
		{"an error of its own", plain, false},
		{"marked by fmt.Errorf", fmt.Errorf("dial: %w: %w", plain, mark), true},
		{"marked by errors.Join", errors.Join(plain, mark), true},
		{"two of which one says so", fmt.Errorf("%w; then %w", plain, wrapped), false},
		{"two that say so", fmt.Errorf("%w; then %w", wrapped, wrapped), true},
		{"joined, one says so", errors.Join(wrapped, plain), false},
		{"joined, all say so", errors.Join(wrapped, wrapped, word{plain, true}), true},
		{"several, of a type that cannot be compared", several{several{wrapped}, wrapped}, true},
		{"none", several{}, false},
		{"with a nil among them", several{wrapped, nil}, false},
		{"a word is final", word{mark, false}, false},
		{"the outer word is final", word{word{plain, false}, true}, true},
		{"below a wrap", fmt.Errorf("a: %w", word{plain, true}), true},
		{"an unhandled action", &executor.UnhandledError{}, true},
		{"a panic", executor.NewPanicError(mark), false},
		{"at a step", &executor.StepError{Path: "0", Err: wrapped}, true},
	} {
		require.Equal(t, c.want, executor.NotDone(c.err), c.name)
	}
}

func TestRefusal(t *testing.T) {
	t.Parallel()
	require.NoError(t, executor.Refuse(t.Context()))

	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	caused, cancelCause := context.WithCancelCause(t.Context())
	cancelCause(errOuch)
	past, stop := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer stop()
	pastCause, stopCause := context.WithDeadlineCause(t.Context(), time.Unix(0, 0), errOuch)
	defer stopCause()
	decided, decide := context.WithCancelCause(t.Context())
	decide(&executor.DecidedError{Branch: 2})

	for _, c := range []struct {
		ctx  context.Context
		text string
		is   []error
	}{
		{cancelled, "not started: context canceled", []error{context.Canceled}},
		{caused, "not started: context canceled: ouch", []error{context.Canceled, errOuch}},
		{past, "not started: context deadline exceeded", []error{context.DeadlineExceeded}},
		{pastCause, "not started: context deadline exceeded: ouch", []error{context.DeadlineExceeded, errOuch}},
		{decided, "not started: branch 2 decided the group", []error{context.Canceled}},
	} {
		err := executor.Refuse(c.ctx)
		require.EqualError(t, err, c.text)
		require.True(t, executor.NotDone(err))
		for _, target := range append(c.is, executor.ErrNotDone) {
			require.ErrorIs(t, err, target)
		}
	}
}

func TestWhatAPartSaysIsNotSaidOfTheWhole(t *testing.T) {
	t.Parallel()
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	// A handler that does something and then runs a flow, in this run or in one of its own, whose step is refused.
	for name, ctx := range map[string]func(context.Context) context.Context{
		"the same run":     func(ctx context.Context) context.Context { return ctx },
		"a run of its own": func(ctx context.Context) context.Context { return executor.WithRun(ctx, "own") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			yielding(t.Context(), stack(), func(y actions.Yield) {
				_, err := y(do(func(context.Context) (v string, err error) {
					yielding(ctx(cancelled), stack(), func(y actions.Yield) { _, err = y(say{}) })
					return "", fmt.Errorf("flow: %w", err)
				}))
				require.ErrorIs(t, err, executor.ErrNotDone)
				require.False(t, executor.NotDone(err))
			})
		})
	}
}

func TestARefusalIsBelievedWhateverItsCause(t *testing.T) {
	t.Parallel()
	// The cause of the cancellation is the error of another run, which was refused too.
	cause := &executor.StepError{Path: "7", Action: say{}, Err: executor.ErrNotDone}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(fmt.Errorf("sibling: %w", cause))
	yielding(ctx, stack(), func(y actions.Yield) {
		_, err := y(say{})
		require.EqualError(t, err, "step 0: executor_test.say: not started: context canceled: "+
			"sibling: step 7: executor_test.say: the action was not done")
		require.True(t, executor.NotDone(err))
	})
}
