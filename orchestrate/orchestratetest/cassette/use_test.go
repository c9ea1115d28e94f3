package cassette_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/baton-go/baton/executor"
	"github.com/baton-go/baton/executor/executortest"
	"github.com/baton-go/baton/orchestrate"
	"github.com/baton-go/baton/orchestrate/orchestratetest/cassette"
)

func TestATestRecordsAndReplays(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "tape.json")
	c := noSecrets()
	c.Workflow = ""
	require.Empty(t, run(func(f *fakeT) {
		_, err := orchestrate.Run(t.Context(), checkout, cassette.UseRecorder(f, file, shop, c))
		require.ErrorContains(t, err, "smtp said")
	}))
	require.Contains(t, read(t, file), `"Password": "REDACTED"`)
	require.Contains(t, read(t, file), `"cassette": 1`)
}

func TestATestThatFailedWritesNoCassette(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "tape.json")
	require.Equal(t, "no", run(func(f *fakeT) {
		_, _ = orchestrate.Run(t.Context(), checkout, cassette.UseRecorder(f, file, shop, noSecrets()))
		f.Errorf("no")
	}))
	require.NoFileExists(t, file)
}

func TestACassetteBelongsToItsTest(t *testing.T) {
	t.Parallel()
	c := cassette.Config{Redact: noSecrets().Redact}
	recorded := c
	recorded.Workflow = "TestCheckout"
	file, _, err := record(t, yields(Ask{Whom: "a"}), shop(), recorded)
	require.NoError(t, err)
	require.Empty(t, run(func(f *fakeT) {
		_, _ = orchestrate.Run(t.Context(), yields(Ask{Whom: "a"}), cassette.Use(f, file, shop, c))
	}))
	other := c
	other.Workflow = "refund"
	const again = "\nIf it is out of date, record it with the flag -record, as in go test -run 'TestCheckout$' -record"
	require.Equal(t, "cassette "+file+` is of the workflow "TestCheckout", not of "refund"`+again, run(func(f *fakeT) {
		cassette.Use(f, file, shop, other)
	}))
}

func TestATestSaysWhatIsWrongWithItsCassette(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := cassette.Config{Workflow: "w"}
	file, _, err := record(t, yields(Ask{Whom: "a"}), shop(), c)
	require.NoError(t, err)
	broken := filepath.Join(dir, "broken.json")
	require.NoError(t, os.WriteFile(broken, nil, 0o600))
	none := filepath.Join(dir, "none.json")
	for name, test := range map[string]struct {
		use  func(f *fakeT)
		want string
	}{
		"there is none": {
			func(f *fakeT) { cassette.Use(f, none, shop, c) },
			"there is no cassette " + none + ": record it with the flag -record, as in go test -run 'TestCheckout$' -record",
		},
		"it is broken": {
			func(f *fakeT) { cassette.Use(f, broken, shop, c) },
			"cassette " + broken + " cannot be read: unexpected end of JSON input\n" +
				"If it is out of date, record it with the flag -record, as in go test -run 'TestCheckout$' -record",
		},
		"a call is left": {
			func(f *fakeT) { cassette.Use(f, file, shop, c) },
			"cassette " + file + ": 1 of 1 recorded calls were not made:\n  step 0: cassette_test.Ask{\"Whom\":\"a\"}\n" +
				"If the workflow is right, record it with the flag -record, as in go test -run 'TestCheckout$' -record",
		},
		"nobody to record": {
			func(f *fakeT) { cassette.UseRecorder(f, file, func() executor.Executor { return nil }, c) },
			"cassette.Use: there is no executor to record " + file + " with",
		},
		"nothing to record with": {
			func(f *fakeT) { cassette.UseRecorder(f, file, nil, c) },
			"cassette.Use: there is no executor to record " + file + " with",
		},
		"it cannot be written": {
			func(f *fakeT) { cassette.UseRecorder(f, filepath.Join(file, "x"), shop, c) },
			"cassette " + filepath.Join(file, "x") + ": mkdir " + file + ": not a directory",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, run(test.use))
		})
	}
}

func TestTheFlagIsDefined(t *testing.T) {
	t.Parallel()
	require.Equal(t, "record cassettes anew, with real executors", flag.Lookup("record").Usage)
	require.PanicsWithValue(t, "cassette.Use: the test is nil", func() {
		cassette.Use(nil, "x", shop, cassette.Config{})
	})
}

func TestARecorderIsAnExecutor(t *testing.T) {
	t.Parallel()
	executortest.Test(t, executortest.Subject{
		New:    func(leaf *executor.Mux) executor.Executor { return cassette.Record(leaf, cassette.Config{}) },
		Groups: true,
	})
}
