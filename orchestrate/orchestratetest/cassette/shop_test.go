package cassette_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/cassette"
)

type (
	// Login asks for a token.
	Login struct {
		actions.Returns[Session]
		User, Password string
	}
	Session struct {
		Token string
		Raw   []byte
		Roles map[string]bool
	}
	// Charge charges a card.
	Charge struct {
		actions.Returns[Receipt]
		Token string
		Cents int
		Items []Item
	}
	Item struct {
		Name   string
		Amount int
	}
	Receipt struct {
		ID string
		At time.Time
	}
	// Notify has no result.
	Notify struct {
		actions.Returns[actions.Void]
		Who string
	}
	// Ask is answered after a while.
	Ask struct {
		actions.Returns[string]
		Whom string
	}
	// DeclinedError is an error with something in it.
	DeclinedError struct{ Reason, Card string }
)

func (e *DeclinedError) Error() string { return "declined: " + e.Reason + " " + e.Card }

var errBusy = errors.New("busy")

const secret = `hunter2/"ä`

// checkout logs in, charges and notifies.
func checkout(y actions.Yield) (string, error) {
	session, err := orchestrate.Do(y, Login{User: "ada", Password: secret})
	if err != nil {
		return "", err
	}
	receipt, err := orchestrate.Do(y, Charge{
		Token: session.Token, Cents: 250, Items: []Item{{"bread", 1}, {"butter", 2}},
	})
	if err != nil {
		return "", err
	}
	if err := orchestrate.Tell(y, Notify{Who: "ada"}); err != nil {
		return receipt.ID, err
	}
	return receipt.ID + receipt.At.Format(time.DateOnly), nil
}

// shop is the real thing.
func shop() executor.Executor {
	return executor.System(executor.NewMux(
		executor.On(func(_ context.Context, a Login) (Session, error) {
			if a.Password != secret {
				return Session{}, errors.New("wrong password " + a.Password)
			}
			return Session{Token: "t-" + secret, Raw: []byte("raw " + secret), Roles: map[string]bool{secret: true}}, nil
		}),
		executor.On(func(_ context.Context, a Charge) (Receipt, error) {
			if a.Token != "t-"+secret {
				return Receipt{}, errors.New("wrong token " + a.Token)
			}
			return Receipt{ID: "r-1", At: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}, nil
		}),
		executor.OnVoid(func(context.Context, Notify) error {
			return fmt.Errorf("smtp said %s: %w", secret, &DeclinedError{"no", secret})
		}),
		executor.On(func(_ context.Context, a Ask) (string, error) { return "for " + a.Whom, nil }),
	))
}

// noSecrets is the configuration that goes with the shop.
func noSecrets() cassette.Config {
	return cassette.Config{
		Workflow: "checkout",
		Redact:   []cassette.Redactor{cassette.Secrets(secret)},
		Errors: []cassette.Kind{
			cassette.Sentinel("shop.errBusy", errBusy),
			cassette.ErrorType[*DeclinedError]("shop.DeclinedError"),
		},
	}
}

// record records a run into a file, and returns what the orchestration did.
func record[T any](
	t *testing.T, flow orchestrate.Orchestration[T], exec executor.Executor, c cassette.Config,
) (file string, result T, err error) {
	t.Helper()
	r := cassette.Record(exec, c)
	result, err = orchestrate.Run(t.Context(), flow, r)
	file = filepath.Join(t.TempDir(), "some", "where", "tape.json")
	require.NoError(t, r.Save(file))
	return file, result, err
}

// replay runs a flow by a cassette.
func replay[T any](
	t *testing.T, file string, flow orchestrate.Orchestration[T], c cassette.Config,
) (result T, err, done error) {
	t.Helper()
	p, err := cassette.Load(file, c)
	require.NoError(t, err)
	result, err = orchestrate.Run(t.Context(), flow, p)
	return result, err, p.Done()
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(text)
}

// fakeT is a test that writes down how it fails.
type fakeT struct {
	texts    []string
	failed   bool
	cleanups []func()
}

func (f *fakeT) Helper() {}

func (f *fakeT) Name() string { return "TestCheckout" }

func (f *fakeT) Errorf(format string, args ...any) {
	f.failed = true
	f.texts = append(f.texts, fmt.Sprintf(format, args...))
}

func (f *fakeT) FailNow() {
	f.failed = true
	runtime.Goexit()
}

func (f *fakeT) Failed() bool { return f.failed }

func (f *fakeT) Cleanup(c func()) { f.cleanups = append(f.cleanups, c) }

// run runs a test as package testing does, and returns what it was told.
func run(test func(t *fakeT)) string {
	t := &fakeT{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			for i := len(t.cleanups) - 1; i >= 0; i-- {
				t.cleanups[i]()
			}
		}()
		test(t)
	}()
	<-done
	return strings.Join(t.texts, "\n---\n")
}
