package codec_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/durable/codec"
	"github.com/baton-go/baton/durable/store"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
)

// writeForms has the fixture of the current forms of errors written: once, when a form is new.
var writeForms = flag.Bool("write-forms", false, "write testdata/errors1.json")

// recordedError is an error in the fixture, by the codecs that it was written with.
type recordedError struct {
	Text string
	JSON json.RawMessage
	Gob  []byte
}

// goldenErrors are errors with everything in them that a record has a place for. They are never changed: new ones go to
// the end.
func goldenErrors() []error {
	declined := &DeclinedError{"no money", 1250}
	step := &executor.StepError{Path: "3.1.0", Action: Charge{Card: "1"}, Err: fmt.Errorf("charge: %w", declined)}
	stack := []byte("goroutine 7 [running]:\nmain.main()\n")
	return []error{
		errors.New("plain <&>"),
		fmt.Errorf("both: %w, %w", io.EOF, errBusy),
		backoff.Permanent(backoff.After(errBusy, 1500*time.Millisecond)),
		fmt.Errorf("dial: %w: %w", executor.ErrNotDone, &quietError{syscall.ECONNREFUSED}),
		declined,
		&executor.DecidedError{Branch: 3},
		&orchestrate.TimeoutError{Limit: time.Minute},
		step,
		&executor.UnhandledError{Action: Charge{}, Near: []string{"shop.Charge"}},
		&backoff.RetryError{Attempts: 2, Errs: []error{step, errBusy, fs.ErrClosed}},
		&orchestrate.SagaError{Err: step, Undo: []error{errBusy}},
		&executor.PanicError{Value: "oops", Stack: stack},
		fmt.Errorf("around: %w", &executor.PanicError{Value: errBusy, Stack: stack}),
		&fs.PathError{Op: "open", Path: "/etc/x", Err: &quietError{syscall.ENOENT}},
		&os.LinkError{Op: "link", Old: "a", New: "b", Err: fs.ErrExist},
		os.NewSyscallError("bind", &quietError{syscall.EADDRINUSE}),
		&strconv.NumError{Func: "Atoi", Num: "x", Err: strconv.ErrSyntax},
		&url.Error{Op: "Get", URL: "http://x", Err: io.ErrUnexpectedEOF},
	}
}

// quietError says nothing of its own: what the system says differs from one to the other.
type quietError struct{ inner error }

func (*quietError) Error() string { return "quiet" }

func (e *quietError) Unwrap() error { return e.inner }

// The file holds errors as they were recorded when their forms were made. It is never edited: a new form has a new one.
func TestErrorsOfEveryFormAreRead(t *testing.T) {
	t.Parallel()
	const file = "testdata/errors1.json"
	e, golden := shopErrors(t), goldenErrors()
	if *writeForms {
		var forms []recordedError
		for _, err := range golden {
			asJSON, problem := e.Encode(nil, err)
			require.NoError(t, problem)
			asGob, problem := e.Encode(newSet(t, codec.Gob()), err)
			require.NoError(t, problem)
			forms = append(forms, recordedError{err.Error(), asJSON.Data, asGob.Data})
		}
		text, err := json.MarshalIndent(forms, "", "  ")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(file, append(text, '\n'), 0o600))
	}
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var forms []recordedError
	require.NoError(t, json.Unmarshal(text, &forms))
	for i, form := range forms {
		require.EqualError(t, golden[i], form.Text)
		p, err := e.Encode(nil, golden[i])
		require.NoError(t, err)
		require.JSONEq(t, string(form.JSON), string(p.Data), "%s is written in another form now", form.Text)
		for _, p := range []store.Payload{
			{Codec: "error+json", Data: form.JSON}, {Codec: "error+gob", Data: form.Gob},
		} {
			got, err := e.Decode(nil, p)
			require.NoError(t, err)
			sameError(t, golden[i], got)
		}
	}
	require.Len(t, forms, len(golden))
}
