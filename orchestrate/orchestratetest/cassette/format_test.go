package cassette_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/actions"
	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/backoff"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/cassette"
)

// writeFormat has the fixture of the current format written: once, when the format is new.
var writeFormat = flag.Bool("write-format", false, "write testdata/format1.json")

// fixture is a run with everything in it that a file has a place for.
func fixture(y actions.Yield) (string, error) {
	version, err := orchestrate.Do(y, actions.Version{Change: "c", Max: 2})
	if err != nil {
		return "", err
	}
	winner, err := orchestrate.Scope(y, "race", func(y actions.Yield) (string, error) {
		return orchestrate.Race(y, orchestrate.Each(
			Take{Name: "late", For: 3 * time.Second, Stubborn: true},
			Take{Name: "early", For: time.Second},
			Take{Name: "cancelled", For: 2 * time.Second},
		)...)
	})
	if err != nil {
		return "", err
	}
	var texts []error
	for _, whom := range []string{"permanent", "after", "not done", "declined", "panic"} {
		_, err := orchestrate.Do(y, Ask{Whom: whom})
		after, ok := backoff.RetryAfter(err)
		declined := "no"
		if _, ok := errors.AsType[*DeclinedError](err); ok {
			declined = "declined"
		}
		texts = append(texts, fmt.Errorf("%s: %w; %t/%v/%t/%t/%s/%t", whom, err, backoff.IsPermanent(err), after, ok,
			executor.NotDone(err), declined, errors.Is(err, errBusy)))
	}
	return fmt.Sprint(version, winner, errors.Join(texts...)), nil
}

func fixtureWorld() executor.Executor {
	return executor.NewMux(executor.On(func(_ context.Context, a Ask) (string, error) {
		switch a.Whom {
		case "permanent":
			return "", backoff.Permanent(errBusy)
		case "after":
			return "", backoff.After(errBusy, time.Minute)
		case "not done":
			return "", executor.ErrNotDone
		case "declined":
			return "half", &DeclinedError{"no", secret}
		}
		panic("oops")
	})).Else(slow())
}

const fixtureResult = `2earlypermanent: step 1: cassette_test.Ask: busy; true/0s/false/false/no/true
after: step 2: cassette_test.Ask: busy; false/1m0s/true/false/no/true
not done: step 3: cassette_test.Ask: the action was not done; false/0s/false/true/no/false
declined: step 4: cassette_test.Ask: declined: no REDACTED; false/0s/false/false/declined/false
panic: step 5: cassette_test.Ask: panic: oops; false/0s/false/false/no/false`

// The file is one of format 1 as it was when the format was made. It is never edited.
func TestAFileOfFormat1IsReplayed(t *testing.T) {
	t.Parallel()
	const file = "testdata/format1.json"
	c := noSecrets()
	c.Workflow = "format"
	synctest.Test(t, func(t *testing.T) {
		r := cassette.Record(fixtureWorld(), c)
		_, err := orchestrate.Run(t.Context(), fixture, r)
		require.NoError(t, err)
		now := filepath.Join(t.TempDir(), "now.json")
		if *writeFormat {
			now = file
		}
		require.NoError(t, r.Save(now))
		require.Equal(t, read(t, file), read(t, now), "what is written now is of another format")
	})
	got, err, done := replay(t, file, fixture, c)
	require.NoError(t, err)
	require.NoError(t, done)
	require.Equal(t, fixtureResult, got)
}

func FuzzLoad(f *testing.F) {
	for _, file := range []string{"testdata/format1.json", "testdata/welcome.json"} {
		text, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c := noSecrets()
		c.Workflow = "format"
		p, err := cassette.LoadText(text, c)
		if err != nil {
			return
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel() // nothing that was late waits
		_, err = orchestrate.Run(ctx, fixture, p)
		var panicked runtime.Error
		require.NotErrorAs(t, err, &panicked)
		_ = p.Done()
	})
}
