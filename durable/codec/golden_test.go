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

// writeForms has fixtures written that are not there: once, when a form is new.
var writeForms = flag.Bool("write-forms", false, "write testdata/errors*.json where there is none")

// recordedError is an error in the fixture, by the codecs that it was written with.
type recordedError struct {
	Text string
	JSON json.RawMessage
	Gob  []byte
}

// goldenFiles tells which errors each fixture holds. None is ever edited: a new form has a new file.
var goldenFiles = map[string]func() []error{
	"testdata/errors1.json": goldenErrors,
	"testdata/errors2.json": func() []error { // with the order of types
		step := &executor.StepError{Path: "0", Action: Charge{}, Err: &fs.PathError{Op: "open", Path: "in", Err: errBusy}}
		return []error{errors.Join(&fs.PathError{Op: "open", Path: "out", Err: io.EOF}, step)}
	},
}

// goldenErrors are errors with everything in them that the first form has a place for.
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

func TestErrorsOfEveryFormAreRead(t *testing.T) {
	t.Parallel()
	for file, golden := range goldenFiles {
		if _, err := os.Stat(file); *writeForms && os.IsNotExist(err) {
			writeGolden(t, file, golden())
		}
		readGolden(t, file, golden())
	}
}

func readGolden(t *testing.T, file string, golden []error) {
	t.Helper()
	e := shopErrors(t)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var forms []recordedError
	require.NoError(t, json.Unmarshal(text, &forms))
	require.Len(t, forms, len(golden))
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
}

func writeGolden(t *testing.T, file string, golden []error) {
	t.Helper()
	var forms []recordedError
	for _, err := range golden {
		asJSON, problem := shopErrors(t).Encode(nil, err)
		require.NoError(t, problem)
		asGob, problem := shopErrors(t).Encode(newSet(t, codec.Gob()), err)
		require.NoError(t, problem)
		forms = append(forms, recordedError{err.Error(), asJSON.Data, asGob.Data})
	}
	text, err := json.MarshalIndent(forms, "", "  ")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, append(text, '\n'), 0o600))
}
