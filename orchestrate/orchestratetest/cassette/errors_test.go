package cassette_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/cassette"
)

// failing is an executor that always fails.
func failing(err error) executor.Executor {
	return executor.Func(func(context.Context, actions.Action) (any, error) { return nil, err })
}

func TestAReplayedErrorIsAsTheRecordedOne(t *testing.T) {
	t.Parallel()
	ask := orchestrate.Lift(Ask{Whom: "a"})
	done, cancel := context.WithCancelCause(t.Context())
	cancel(&executor.DecidedError{Branch: 3})
	for _, err := range []error{
		errors.New("plain"),
		fmt.Errorf("wrapped: %w", errBusy),
		fmt.Errorf("both: %w, %w", io.EOF, &DeclinedError{"no", "money"}),
		backoff.Permanent(errBusy),
		backoff.After(errBusy, 1500*time.Millisecond),
		fmt.Errorf("dial: %w", executor.ErrNotDone),
		executor.Refuse(done),
		&orchestrate.TimeoutError{Limit: time.Minute},
	} {
		file, _, live := record(t, ask, failing(err), noSecrets())
		_, replayed, off := replay(t, file, ask, noSecrets())
		require.NoError(t, off)
		require.EqualError(t, replayed, live.Error())
		for _, is := range []error{
			errBusy, io.EOF, executor.ErrNotDone, context.Canceled, context.DeadlineExceeded, io.ErrUnexpectedEOF,
		} {
			require.Equal(t, errors.Is(live, is), errors.Is(replayed, is), "%v is %v", err, is)
		}
		require.Equal(t, executor.NotDone(live), executor.NotDone(replayed), "%v", err)
		require.Equal(t, backoff.IsPermanent(live), backoff.IsPermanent(replayed), "%v", err)
		want, wantOK := backoff.RetryAfter(live)
		got, gotOK := backoff.RetryAfter(replayed)
		require.Equal(t, wantOK, gotOK)
		require.Equal(t, want, got)
		sameAs[*DeclinedError](t, live, replayed)
		sameAs[*executor.DecidedError](t, live, replayed)
		sameAs[*orchestrate.TimeoutError](t, live, replayed)
	}
}

func sameAs[E error](t *testing.T, live, replayed error) {
	t.Helper()
	want, wantOK := errors.AsType[E](live)
	got, gotOK := errors.AsType[E](replayed)
	require.Equal(t, wantOK, gotOK)
	require.Equal(t, want, got)
}

func TestAPanicIsReplayedAsOne(t *testing.T) {
	t.Parallel()
	ask := orchestrate.Lift(Ask{Whom: "a"})
	exec := executor.Func(func(context.Context, actions.Action) (any, error) { panic("oops " + secret) })
	file, _, live := record(t, ask, exec, noSecrets())
	require.EqualError(t, live, "step 0: cassette_test.Ask: panic: oops "+secret)
	_, err, done := replay(t, file, ask, noSecrets())
	require.NoError(t, done)
	require.EqualError(t, err, "step 0: cassette_test.Ask: panic: oops REDACTED")
	var panicked *executor.PanicError
	require.ErrorAs(t, err, &panicked)
}

// BadError cannot be encoded.
type BadError struct{ C chan int }

func (*BadError) Error() string { return "bad" }

func TestAKindThatIsNotKnownIsAnError(t *testing.T) {
	t.Parallel()
	ask := orchestrate.Lift(Ask{Whom: "a"})
	for _, c := range []struct {
		err  error
		want string
	}{
		{errBusy, `the recorded error is of kind "shop.errBusy", which is no registered Sentinel`},
		{&DeclinedError{}, `the recorded error is of kind "shop.DeclinedError", which is no registered ErrorType`},
	} {
		file, _, err := record(t, ask, failing(c.err), noSecrets())
		require.Error(t, err)
		_, _, done := replay(t, file, ask, cassette.Config{Workflow: "checkout"})
		require.EqualError(t, done, "cassette "+file+": step 0: "+c.want)
	}
	r := cassette.Record(failing(&BadError{}), cassette.Config{
		Errors: []cassette.Kind{cassette.ErrorType[*BadError]("bad")},
	})
	_, err := r.Execute(t.Context(), Ask{})
	require.EqualError(t, err, "bad")
	require.ErrorContains(t, r.Save(filepath.Join(t.TempDir(), "x")), "outside a run: the error of cassette_test.Ask "+
		`cannot be recorded: the error of kind "bad" cannot be encoded: json: unsupported type: chan int`)
}

func TestBadKindsPanic(t *testing.T) {
	t.Parallel()
	twice := cassette.Sentinel("io.EOF", errBusy)
	with := func(k cassette.Kind) cassette.Config { return cassette.Config{Errors: []cassette.Kind{k}} }
	for want, f := range map[string]func(){
		"cassette.Sentinel: the name or the error is missing": func() { cassette.Sentinel("", errBusy) },
		"cassette.ErrorType: the name is missing":             func() { cassette.ErrorType[*DeclinedError]("") },
		`cassette: two kinds of errors are named "io.EOF"`:    func() { cassette.Record(shop(), with(twice)) },
		"cassette: a kind of errors is the zero Kind: make it with Sentinel or ErrorType": func() {
			_, _ = cassette.Load("x", with(cassette.Kind{}))
		},
		"cassette.Fields: a name is empty": func() { cassette.Fields("a", "") },
	} {
		require.PanicsWithValue(t, want, f)
	}
}

// pay answers Ask by a flow of its own, which fails.
func pay(err error) executor.Executor {
	return executor.NewMux(executor.On(func(ctx context.Context, _ Ask) (string, error) {
		return orchestrate.Run(ctx, orchestrate.Lift(Take{Name: "inner"}), failing(err))
	}))
}

func TestTheErrorOfAStepWithinAHandlerIsReplayedAsOne(t *testing.T) {
	t.Parallel()
	ask := orchestrate.Lift(Ask{Whom: "a"})
	for _, err := range []error{
		errBusy, executor.ErrNotDone, errors.New("it said " + secret), &DeclinedError{"no", secret},
		&backoff.RetryError{Attempts: 2, Errs: []error{errBusy, io.EOF}},
	} {
		file, _, live := record(t, ask, pay(err), noSecrets())
		require.NotContains(t, read(t, file), "hunter2")
		_, replayed, off := replay(t, file, ask, noSecrets())
		require.NoError(t, off)
		require.EqualError(t, replayed, strings.ReplaceAll(live.Error(), secret, "REDACTED"))
		require.Equal(t, executor.NotDone(live), executor.NotDone(replayed), "%v", err)
		require.Equal(t, errors.Is(live, errBusy), errors.Is(replayed, errBusy))
		step, ok := errors.AsType[*executor.StepError](replayed)
		require.True(t, ok)
		require.Equal(t, "0.0.0", step.Path)
		require.Equal(t, "cassette_test.Take", actions.Name(step.Action))
		require.EqualError(t, step.Err, strings.ReplaceAll(err.Error(), secret, "REDACTED"))
	}
}

func TestNoStackAndNoDetailsAreRecorded(t *testing.T) {
	t.Parallel()
	exec := executor.Func(func(context.Context, actions.Action) (any, error) {
		return nil, fmt.Errorf("it %w, %w", executor.NewPanicError("oops"), talkative{})
	})
	file, _, live := record(t, orchestrate.Lift(Ask{Whom: "a"}), exec, noSecrets())
	require.ErrorContains(t, live, "it panic: oops, talks")
	for _, word := range []string{"stack", "goroutine", "code", "details"} {
		require.NotContains(t, read(t, file), word)
	}
}

type talkative struct{}

func (talkative) Error() string { return "talks" }

func (talkative) Code() string { return "secret" }

func (talkative) Details() any { return "secret" }
